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

// A Gateway stands before a store as Routes and Services do: by host names of its
// own, on ports 80 and 443 and others, with TLS certificates of several authorities.
type Gateway struct {
	ip      string
	forward *httputil.ReverseProxy

	mu       sync.Mutex
	servers  []*http.Server
	hosts    map[string]string
	certs    map[string]*tls.Certificate
	requests []Request
	full     bool
}

// A Request is one that has come through the gateway.
type Request struct{ Scheme, Host, Method, Path, UserAgent string }

// FromClient says whether an image client sent the request, not the registry
// or its operator.
func (r Request) FromClient() bool {
	return strings.HasPrefix(r.UserAgent, "crane/") || strings.Contains(r.UserAgent, "go-containerregistry")
}

// NewGateway makes a gateway without any address yet. ip is one of loopback's that
// nothing else uses.
func NewGateway(ip string, store *Store) *Gateway {
	upstream := &url.URL{Scheme: "http", Host: store.Address}
	return &Gateway{
		ip: ip, hosts: map[string]string{}, certs: map[string]*tls.Certificate{},
		forward: &httputil.ReverseProxy{
			// The Host is part of what an S3 client signs, so it is kept.
			Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(upstream); r.Out.Host = r.In.Host },
			ErrorLog: log.New(io.Discard, "", 0),
		},
	}
}

// Name makes the gateway answer to host, over TLS with a certificate of ca.
func (g *Gateway) Name(host string, ca *pki.CA) error {
	cert, err := ca.Serving(host)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hosts[host] = g.ip
	g.certs[host] = &cert
	return nil
}

// Listen opens a port, with TLS or without.
func (g *Gateway) Listen(scheme string, port int) error {
	listener, err := net.Listen("tcp", fmt.Sprintf("%s:%d", g.ip, port))
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:   g.handler(scheme),
		TLSConfig: &tls.Config{GetCertificate: g.certificate},
		ErrorLog:  log.New(io.Discard, "", 0),
	}
	g.mu.Lock()
	g.servers = append(g.servers, server)
	g.mu.Unlock()
	if scheme == "https" {
		go func() { _ = server.ServeTLS(listener, "", "") }()
	} else {
		go func() { _ = server.Serve(listener) }()
	}
	return nil
}

// Close closes all ports.
func (g *Gateway) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, server := range g.servers {
		_ = server.Close()
	}
}

// Hosts are the gateway's names with their addresses, as in /etc/hosts.
func (g *Gateway) Hosts() map[string]string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.hosts)
}

// Requests are those that have come so far.
func (g *Gateway) Requests() []Request {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]Request(nil), g.requests...)
}

// Dial connects to the gateway by its names; nothing else can be reached.
func (g *Gateway) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	ip, ok := g.Hosts()[host]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, network, net.JoinHostPort(ip, port))
}

// Fill lets the store refuse what is written, as RGW does when a quota is used up, or not.
func (g *Gateway) Fill(full bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.full = full
}

const quotaExceeded = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>QuotaExceeded</Code></Error>`

func (g *Gateway) handler(scheme string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		full := g.full
		g.requests = append(g.requests, Request{Scheme: scheme, Host: r.Host, Method: r.Method, Path: r.URL.Path, UserAgent: r.UserAgent()})
		g.mu.Unlock()
		if full && (r.Method == http.MethodPut || r.Method == http.MethodPost) {
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, quotaExceeded)
			return
		}
		g.forward.ServeHTTP(w, r)
	}
}

func (g *Gateway) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if cert, ok := g.certs[hello.ServerName]; ok {
		return cert, nil
	}
	return nil, fmt.Errorf("no certificate for %q", hello.ServerName)
}
