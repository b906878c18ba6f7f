package pushpull

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// ServiceHost and ServicePort are by what pods and nodes know the registry.
const (
	ServiceHost = "image-registry.openshift-image-registry.svc"
	ServicePort = "5000"
	imageGroup  = "image.openshift.io"
)

// A Front stands before a registry and makes it OpenShift's: it serves TLS under the name of the
// registry's Service, takes the tokens of ServiceAccounts as passwords, asks the API server
// for the rights of whoever has come, and makes the ImageStream of a first push on its behalf
// (openshift/image-registry, pkg/dockerregistry/server: auth.go, manifestservice.go).
type Front struct {
	client client.Client
	server *http.Server
}

// Serve opens a front for the registry at an address of loopback.
func (r *Registry) Serve(c client.Client, ip string, certificate tls.Certificate) (*Front, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(ip, ServicePort))
	if err != nil {
		return nil, err
	}
	upstream := &url.URL{Scheme: "http", Host: r.address}
	forward := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(upstream)
			p.Out.Host = p.In.Host
			p.Out.Header.Set("X-Forwarded-Proto", "https")
			p.Out.Header.Del("Authorization")
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	f := &Front{client: c}
	f.server = &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
			if f.admits(w, request) {
				forward.ServeHTTP(w, request)
			}
		}),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}},
		ErrorLog:  log.New(io.Discard, "", 0),
	}
	go func() { _ = f.server.ServeTLS(listener, "", "") }()
	return f, nil
}

// Close closes it.
func (f *Front) Close() { _ = f.server.Close() }

var (
	ofImage    = regexp.MustCompile(`^/v2/([^/]+)/([^/]+)/(blobs|manifests|tags)/`)
	ofManifest = regexp.MustCompile(`^/v2/([^/]+)/([^/]+)/manifests/`)
)

// admits answers a request that may not pass.
func (f *Front) admits(w http.ResponseWriter, r *http.Request) bool {
	user, err := f.userOf(r)
	if err != nil || user == nil {
		w.Header().Set("WWW-Authenticate", "Basic realm=openshift")
		refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
		return false
	}
	parts := ofImage.FindStringSubmatch(r.URL.Path)
	if parts == nil {
		return true
	}
	verb := "update"
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		verb = "get"
	}
	if !f.may(r.Context(), user, verb, "layers", parts[1], parts[2]) {
		refuse(w, http.StatusForbidden, "DENIED", "requested access to the resource is denied")
		return false
	}
	if verb == "update" && ofManifest.MatchString(r.URL.Path) {
		if err := f.makeStream(r.Context(), user, parts[1], parts[2]); err != nil {
			refuse(w, http.StatusForbidden, "DENIED", err.Error())
			return false
		}
	}
	return true
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{map[string]any{"code": code, "message": message}}})
}

// userOf is who the password is the token of; any user name does.
func (f *Front) userOf(r *http.Request) (*authenticationv1.UserInfo, error) {
	_, password, ok := r.BasicAuth()
	if !ok {
		return nil, nil
	}
	review := &authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{Token: password}}
	if err := f.client.Create(r.Context(), review); err != nil || !review.Status.Authenticated {
		return nil, err
	}
	return &review.Status.User, nil
}

func (f *Front) may(ctx context.Context, user *authenticationv1.UserInfo, verb, subresource, namespace, name string) bool {
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: user.Username, Groups: user.Groups,
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Group: imageGroup, Resource: "imagestreams", Subresource: subresource, Verb: verb, Namespace: namespace, Name: name,
		},
	}}
	return f.client.Create(ctx, review) == nil && review.Status.Allowed
}

// makeStream makes the ImageStream that a push needs, with the rights of who pushes.
func (f *Front) makeStream(ctx context.Context, user *authenticationv1.UserInfo, namespace, name string) error {
	stream := &unstructured.Unstructured{Object: map[string]any{"metadata": map[string]any{"name": name, "namespace": namespace}}}
	stream.SetAPIVersion(imageGroup + "/v1")
	stream.SetKind("ImageStream")
	if err := f.client.Get(ctx, client.ObjectKeyFromObject(stream), stream.DeepCopy()); client.IgnoreNotFound(err) != nil || err == nil {
		return err
	}
	if !f.may(ctx, user, "create", "", namespace, "") {
		return fmt.Errorf("%s cannot create imagestreams in %s", user.Username, namespace)
	}
	stream.SetCreationTimestamp(metav1.Time{})
	err := f.client.Create(ctx, stream)
	if err != nil && strings.Contains(err.Error(), "already exists") {
		return nil
	}
	return err
}
