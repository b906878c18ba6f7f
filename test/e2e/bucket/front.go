package bucket

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"

	"github.com/registryprofile/registry-profile/test/e2e/pki"
)

// A Front stands before a store as Routes and Services do: by host names of its
// own, on ports 80 and 443 and others, with TLS certificates of two authorities.
type Front struct {
	ip      string
	forward *httputil.ReverseProxy

	mu       sync.Mutex
	servers  []*http.Server
	hosts    map[string]string
	certs    map[string]*tls.Certificate
	requests []Request
}

// A Request is one that has come through the front.
type Request struct{ Scheme, Host, Method, Path, UserAgent string }

// FromClient says whether an image client sent the request, not the registry
// or its operator.
func (r Request) FromClient() bool {
	return strings.HasPrefix(r.UserAgent, "crane/") || strings.Contains(r.UserAgent, "go-containerregistry")
}

// NewFront makes a front without any address yet. ip is one of loopback's that
// nothing else uses.
func NewFront(ip string, store *Store) *Front {
	upstream := &url.URL{Scheme: "http", Host: store.Address}
	return &Front{
		ip: ip, hosts: map[string]string{}, certs: map[string]*tls.Certificate{},
		forward: &httputil.ReverseProxy{
			// The Host is part of what an S3 client signs, so it is kept.
			Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(upstream); r.Out.Host = r.In.Host },
			ErrorLog: log.New(io.Discard, "", 0),
		},
	}
}

// Name makes the front answer to host, over TLS with a certificate of ca.
func (f *Front) Name(host string, ca *pki.CA) error {
	cert, err := ca.Serving(host)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hosts[host] = f.ip
	f.certs[host] = &cert
	return nil
}

// Listen opens a port, with TLS or without.
func (f *Front) Listen(scheme string, port int) error {
	listener, err := net.Listen("tcp", fmt.Sprintf("%s:%d", f.ip, port))
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:   f.handler(scheme),
		TLSConfig: &tls.Config{GetCertificate: f.certificate},
		ErrorLog:  log.New(io.Discard, "", 0),
	}
	f.mu.Lock()
	f.servers = append(f.servers, server)
	f.mu.Unlock()
	if scheme == "https" {
		go func() { _ = server.ServeTLS(listener, "", "") }()
	} else {
		go func() { _ = server.Serve(listener) }()
	}
	return nil
}

// Close closes all ports.
func (f *Front) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, server := range f.servers {
		_ = server.Close()
	}
}

// Hosts are the front's names with their addresses, as in /etc/hosts.
func (f *Front) Hosts() map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.hosts)
}

// Requests are those that have come so far.
func (f *Front) Requests() []Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Request(nil), f.requests...)
}

// Dial connects to the front by its names; nothing else can be reached.
func (f *Front) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	ip, ok := f.Hosts()[host]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, network, net.JoinHostPort(ip, port))
}

func (f *Front) handler(scheme string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.requests = append(f.requests, Request{Scheme: scheme, Host: r.Host, Method: r.Method, Path: r.URL.Path, UserAgent: r.UserAgent()})
		f.mu.Unlock()
		f.forward.ServeHTTP(w, r)
	}
}

func (f *Front) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if cert, ok := f.certs[hello.ServerName]; ok {
		return cert, nil
	}
	return nil, fmt.Errorf("no certificate for %q", hello.ServerName)
}
