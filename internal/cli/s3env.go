package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	foreseen "github.com/registryprofile/registry-profile/cluster/verdict"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/spf13/cobra"
)

// s3Env are the options of the command.
type s3Env struct {
	format  string
	keys    bool
	cluster clusterFlags
}

// s3Formats write a bucket for programs that read it.
var s3Formats = map[string]func(b s3Bucket) string{"shell": s3Bucket.shell, "aws-profile": s3Bucket.awsProfile}

func (s *session) s3EnvCommand() *cobra.Command {
	o := &s3Env{}
	cmd := &cobra.Command{
		Use:   "s3-env [PROFILE]",
		Short: "Say where the registry's bucket is, for S3 clients",
		Long: `s3-env prints the endpoint, region and bucket of the claim of a profile or, without a
profile, those that the cluster's Config names in spec.storage.s3: as variables for the
shell, or as a profile for the configuration of AWS clients. An endpoint that is a
Service can be reached in the cluster only; where a private CA has signed its
certificate, AWS_CA_BUNDLE names a file with the CA.

It never prints keys: of their Secret it notes only that they are there. What fetches
them is a command that it prints, as a comment or with --keys as part of the output: then
it is the shell, or the AWS client, that calls oc. Whoever has the keys can delete every
image.

It ends with 1 where the cluster has no such bucket yet, and says why.`,
		Example: `  eval "$(registry-profile s3-env --keys profile.yaml)"
  registry-profile s3-env --format aws-profile --keys profile.yaml >> ~/.aws/config
  registry-profile s3-env --must-gather must-gather profile.yaml`,
		Args: func(_ *cobra.Command, files []string) error {
			if len(files) > 1 {
				return errors.New("name one profile, or none")
			}
			return o.cluster.checkStdin(files)
		},
		RunE: func(cmd *cobra.Command, files []string) error { return s.s3Env(cmd.Context(), o, files) },
	}
	formats := make([]string, 0, len(s3Formats))
	for name := range s3Formats {
		formats = append(formats, name)
	}
	slices.Sort(formats)
	cmd.Flags().StringVar(&o.format, "format", "shell", "what to print: "+strings.Join(formats, ", "))
	cmd.Flags().BoolVar(&o.keys, "keys", false, "let what is printed fetch the keys, too")
	o.cluster.add(cmd)
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (s *session) s3Env(ctx context.Context, o *s3Env, files []string) error {
	write, ok := s3Formats[o.format]
	if !ok {
		return fmt.Errorf("--format: %q is no format; write shell or aws-profile", o.format)
	}
	r := s.textReporter()
	bucket := s3Bucket{profile: "image-registry", withKeys: o.keys}
	var parameters foreseen.Parameters
	if len(files) > 0 {
		in := s.decode(files[0])
		r.input(in)
		if in.profile == nil {
			return r.end()
		}
		bucket.profile, parameters = in.profile.Metadata.Name, generators.Parameters(in.profile)
	}
	reader, faults := o.cluster.open(s)
	if r.faults(faults); len(faults) > 0 {
		return r.end()
	}
	var found *foreseen.Verdict
	witness := cluster.NewWitness(reader)
	if parameters != nil {
		bucket.Bucket, found = foreseen.BucketOfClaim(ctx, witness, parameters)
	} else {
		bucket.Bucket, found = foreseen.BucketOfConfig(ctx, witness)
	}
	witness.ReadCredentials(ctx, v1alpha1.ImageRegistryNamespace, v1alpha1.CredentialsSecret)
	r.bucket(bucket.Bucket, found, witness.Hide)
	if r.outcome != exitGood {
		return r.end()
	}
	bucket.client = kubectl{path: clients[0]}
	if o.cluster.isLive() {
		bucket.client, _ = o.cluster.client() // it was found when the reader was opened
	}
	_, err := fmt.Fprint(s.out, write(bucket))
	return err
}

// bucket tells why a bucket is not known, or what is doubtful about it. Hide takes credentials
// out of the words of others.
func (r *reporter) bucket(b foreseen.Bucket, found *foreseen.Verdict, hide func(string) string) {
	for _, wait := range found.Waits {
		r.fault(wrong("%s", hide(wait.Why+". "+wait.Advice)))
	}
	switch {
	case found.Exit != foreseen.Done:
		r.fault(wrong("%s", hide(strings.Join(found.Reasons, " ")+" "+found.Advice)))
	case b.Name == "" && len(found.Waits) == 0:
		r.fault(fmt.Errorf("where the bucket is cannot be said: %s", hide(strings.Join(found.Unseen, "; "))))
	case b.Name != "":
		for _, doubt := range slices.Concat(found.Reasons, found.Unseen) {
			fmt.Fprintln(r.s.err, "warning: "+finding.OneLine(hide(doubt)))
		}
	}
	for _, value := range []string{b.Name, b.Region, b.Endpoint} {
		if hide(value) != value {
			r.fault(wrong("%s holds a credential where %s should be; correct it there", b.Source, hide(value)))
			continue
		}
		if strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) }) {
			r.fault(wrong("%s holds %q, which no S3 client can use; correct it there", b.Source, value))
		}
	}
}

// s3Bucket is a bucket, and what is to be printed of it.
type s3Bucket struct {
	foreseen.Bucket
	// profile is the name of a section of the AWS configuration.
	profile string
	// client fetches the keys.
	client   kubectl
	withKeys bool
}

// shell returns assignments that a POSIX shell can evaluate.
func (b s3Bucket) shell() string {
	var lines strings.Builder
	fmt.Fprintf(&lines, "# The bucket of %s.\n", b.Source)
	export := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&lines, "export %s=%s\n", name, shellQuote(value))
		}
	}
	export("AWS_ENDPOINT_URL_S3", b.Endpoint)
	export("AWS_REGION", b.Region)
	export("AWS_DEFAULT_REGION", b.Region) // which the AWS CLI reads
	export("BUCKET_NAME", b.Name)
	var fetch strings.Builder
	for _, key := range [][2]string{{"AWS_ACCESS_KEY_ID", b.Keys.AccessKey}, {"AWS_SECRET_ACCESS_KEY", b.Keys.SecretKey}} {
		// An export would hide that the command has failed.
		fmt.Fprintf(&fetch, "%[1]s=$(%[2]s) && export %[1]s\n", key[0], b.getSecret("{{.data."+key[1]+" | base64decode}}"))
	}
	return lines.String() + b.orComment(fetch.String())
}

// awsProfile returns a section of ~/.aws/config. AWS clients run what stands in
// credential_process, and keep what it prints in memory.
func (b s3Bucket) awsProfile() string {
	var lines strings.Builder
	fmt.Fprintf(&lines, "# The bucket of %s: %s\n[profile %s]\n", b.Source, b.Name, b.profile)
	for _, setting := range [][2]string{{"endpoint_url", b.Endpoint}, {"region", b.Region}} {
		if setting[1] != "" {
			fmt.Fprintf(&lines, "%s = %s\n", setting[0], setting[1])
		}
	}
	credentials := b.getSecret(fmt.Sprintf(
		`{"Version": 1, "AccessKeyId": "{{.data.%s | base64decode}}", "SecretAccessKey": "{{.data.%s | base64decode}}"}`,
		b.Keys.AccessKey, b.Keys.SecretKey))
	return lines.String() + b.orComment("credential_process = "+credentials+"\n")
}

// getSecret returns a command that prints a template of the Secret with the keys.
func (b s3Bucket) getSecret(template string) string {
	words := append([]string{b.client.path, "get", "secret", "-n", b.Keys.Namespace, b.Keys.Secret,
		"-o", "go-template=" + template}, b.client.flags...)
	for i, word := range words {
		words[i] = shellQuote(word)
	}
	return strings.Join(words, " ")
}

// orComment returns lines, as comments unless the keys are wanted.
func (b s3Bucket) orComment(lines string) string {
	if b.withKeys {
		return lines
	}
	return "# The keys:\n# " + strings.ReplaceAll(strings.TrimSuffix(lines, "\n"), "\n", "\n# ") + "\n"
}

// shellQuote makes one word of a text for a POSIX shell, whatever it holds.
func shellQuote(text string) string {
	plain := func(r rune) bool {
		return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_./:=@", r))
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
