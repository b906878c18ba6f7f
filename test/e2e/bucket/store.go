// Package bucket serves ObjectBucketClaims with real buckets: the library with
// which Rook and NooBaa do it, over a real S3 server on a folder.
package bucket

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/registryprofile/registry-profile/test/e2e/process"
)

const startTimeout = 3 * time.Minute // only a fault reaches it, on the busiest machine

// Keys are the credentials of one user of the store.
type Keys struct{ Access, Secret string }

// A Store is an S3 server.
type Store struct {
	Address string // host:port, plain HTTP, on loopback

	program string
	root    Keys
	server  *process.Process
	admin   *minio.Client

	mu    sync.Mutex
	users map[string]Keys // by the provisioner's name for the user
}

// StartStore starts an empty store that keeps its objects and its log in dir.
func StartStore(ctx context.Context, dir, program string) (*Store, error) {
	s := &Store{program: program, root: newKeys(), users: map[string]Keys{}}
	for _, sub := range []string{"objects", "metadata", "users"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, err
		}
	}
	address, err := process.FreeAddress()
	if err != nil {
		return nil, err
	}
	s.Address = address
	cmd := exec.Command(program, "--port", address, "--region", "us-east-1", "--keep-alive",
		"--iam-dir", filepath.Join(dir, "users"),
		"posix", "--sidecar", filepath.Join(dir, "metadata"), filepath.Join(dir, "objects"))
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+s.root.Access, "ROOT_SECRET_KEY="+s.root.Secret)
	if s.server, err = process.Start(filepath.Join(dir, "versitygw.log"), cmd); err != nil {
		return nil, err
	}
	if s.admin, err = s.client(s.root); err != nil {
		return nil, err
	}
	return s, wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, startTimeout, true, func(ctx context.Context) (bool, error) {
		_, err := s.admin.ListBuckets(ctx)
		return err == nil, nil
	})
}

// Stop ends the server.
func (s *Store) Stop() { s.server.Kill() }

// User returns the keys of a user, which is created if need be.
func (s *Store) User(ctx context.Context, name string) (Keys, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if keys, ok := s.users[name]; ok {
		return keys, nil
	}
	return s.newUser(ctx, name)
}

func (s *Store) newUser(ctx context.Context, name string) (Keys, error) {
	keys := newKeys()
	if err := s.run(ctx, "create-user", "--access", keys.Access, "--secret", keys.Secret, "--role", "user"); err != nil {
		return Keys{}, err
	}
	s.users[name] = keys
	return keys, nil
}

// Rotate gives a user new keys and takes the old ones away.
func (s *Store) Rotate(ctx context.Context, name, bucket string) (Keys, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.users[name]
	keys, err := s.newUser(ctx, name)
	if err != nil {
		return Keys{}, err
	}
	if err := s.run(ctx, "change-bucket-owner", "--bucket", bucket, "--owner", keys.Access); err != nil {
		return Keys{}, err
	}
	return keys, s.run(ctx, "delete-user", "--access", old.Access)
}

// RemoveUser takes a user's access away.
func (s *Store) RemoveUser(ctx context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys, ok := s.users[name]
	if !ok {
		return nil
	}
	delete(s.users, name)
	return s.run(ctx, "delete-user", "--access", keys.Access)
}

// RevokeAll takes the access of all users away.
func (s *Store) RevokeAll(ctx context.Context) error {
	for _, name := range s.userNames() {
		if err := s.RemoveUser(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// MakeBucket makes a bucket that belongs to a user; one that is there is left as it is.
func (s *Store) MakeBucket(ctx context.Context, bucket string, owner Keys) error {
	exists, err := s.admin.BucketExists(ctx, bucket)
	if err != nil || exists {
		return err
	}
	if err := s.admin.MakeBucket(ctx, bucket, minio.MakeBucketOptions{Region: "us-east-1"}); err != nil {
		return err
	}
	return s.run(ctx, "change-bucket-owner", "--bucket", bucket, "--owner", owner.Access)
}

// Purge removes a bucket with all that is in it.
func (s *Store) Purge(ctx context.Context, bucket string) error {
	exists, err := s.admin.BucketExists(ctx, bucket)
	if err != nil || !exists {
		return err
	}
	objects := s.admin.ListObjects(ctx, bucket, minio.ListObjectsOptions{Recursive: true})
	for failed := range s.admin.RemoveObjects(ctx, bucket, objects, minio.RemoveObjectsOptions{}) {
		return failed.Err
	}
	return s.admin.RemoveBucket(ctx, bucket)
}

// Clear removes all buckets and users.
func (s *Store) Clear(ctx context.Context) error {
	buckets, err := s.admin.ListBuckets(ctx)
	if err != nil {
		return err
	}
	for _, b := range buckets {
		if err := s.Purge(ctx, b.Name); err != nil {
			return err
		}
	}
	return s.RevokeAll(ctx)
}

func (s *Store) userNames() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.users))
}

// Objects lists what is in a bucket.
func (s *Store) Objects(ctx context.Context, bucket string) ([]string, error) {
	var names []string
	for object := range s.admin.ListObjects(ctx, bucket, minio.ListObjectsOptions{Recursive: true}) {
		if object.Err != nil {
			return nil, object.Err
		}
		names = append(names, object.Key)
	}
	return names, nil
}

// Copy copies what is in one bucket to another, as S3 clients do.
func (s *Store) Copy(ctx context.Context, from, to string) error {
	names, err := s.Objects(ctx, from)
	if err != nil {
		return err
	}
	for _, name := range names {
		source, target := minio.CopySrcOptions{Bucket: from, Object: name}, minio.CopyDestOptions{Bucket: to, Object: name}
		if _, err := s.admin.CopyObject(ctx, target, source); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) client(keys Keys) (*minio.Client, error) {
	return minio.New(s.Address, &minio.Options{
		Creds: credentials.NewStaticV4(keys.Access, keys.Secret, ""), Region: "us-east-1", BucketLookup: minio.BucketLookupPath,
	})
}

// run calls the store's own administration command.
func (s *Store) run(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, s.program, append([]string{"admin", "--endpoint-url", "http://" + s.Address}, args...)...)
	cmd.Env = append(os.Environ(), "ADMIN_ACCESS_KEY="+s.root.Access, "ADMIN_SECRET_KEY="+s.root.Secret)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("versitygw admin %s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
	}
	return nil
}

func newKeys() Keys {
	var random [30]byte
	_, _ = rand.Read(random[:])
	text := hex.EncodeToString(random[:])
	return Keys{Access: strings.ToUpper(text[:20]), Secret: text[20:]}
}
