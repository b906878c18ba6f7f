// Package apiproxy stands between the pods and the API server: it counts and
// records each pod's calls and can make them fail.
package apiproxy

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"

	"k8s.io/client-go/rest"

	"github.com/registryprofile/registry-profile/test/e2e/pki"
)

// A Proxy leads to one API server.
type Proxy struct {
	ca        *pki.CA
	cert      tls.Certificate
	upstream  *url.URL
	transport http.RoundTripper
}

// New makes a proxy to the API server of config. It adds no credentials: a
// pod's own are passed on.
func New(config *rest.Config) (*Proxy, error) {
	ca, err := pki.NewCA("e2e API server")
	if err != nil {
		return nil, err
	}
	cert, err := ca.Serving("127.0.0.1")
	if err != nil {
		return nil, err
	}
	upstream, err := url.Parse(config.Host)
	if err != nil {
		return nil, err
	}
	transport, err := rest.TransportFor(rest.AnonymousClientConfig(config))
	return &Proxy{ca: ca, cert: cert, upstream: upstream, transport: transport}, err
}

// CA is the bundle with which pods verify the API server.
func (p *Proxy) CA() string { return p.ca.Bundle() }

// A Session is the way of one pod to the API server.
type Session struct {
	server   *http.Server
	listener net.Listener
	forward  *httputil.ReverseProxy

	mu    sync.Mutex
	plan  Plan
	calls []Call
}

// Open starts a session on a port of its own.
func (p *Proxy) Open(plan Plan) (*Session, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Session{listener: listener, plan: plan}
	quiet := log.New(io.Discard, "", 0)
	s.forward = &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(p.upstream) },
		Transport:     p.transport,
		FlushInterval: -1, // watches
		ErrorLog:      quiet,
	}
	s.server = &http.Server{
		Handler:      http.HandlerFunc(s.serve),
		TLSConfig:    &tls.Config{Certificates: []tls.Certificate{p.cert}},
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){}, // one call, one connection: HTTP/1.1
		ErrorLog:     quiet,
	}
	go func() { _ = s.server.ServeTLS(listener, "", "") }()
	return s, nil
}

// Port is where the session listens, on 127.0.0.1.
func (s *Session) Port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// Close ends the session and every call of it.
func (s *Session) Close() { _ = s.server.Close() }

// SetPlan replaces the session's plan.
func (s *Session) SetPlan(plan Plan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plan = plan
}

// Calls returns what the pod has asked so far.
func (s *Session) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

func (s *Session) serve(w http.ResponseWriter, r *http.Request) {
	call, plan := s.begin(r)
	if plan.Before != nil {
		if answer := plan.Before(call); answer != nil {
			s.end(call, answer(w, r))
			return
		}
	}
	forward := *s.forward
	forward.ModifyResponse = func(response *http.Response) error {
		call.Status = response.StatusCode
		s.end(call, call.Status)
		if plan.After == nil {
			return nil
		}
		if answer := plan.After(call); answer != nil {
			return replacement{answer}
		}
		return nil
	}
	forward.ErrorHandler = func(w http.ResponseWriter, r *http.Request, err error) {
		if replaced, ok := err.(replacement); ok {
			s.end(call, replaced.answer(w, r))
			return
		}
		panic(http.ErrAbortHandler)
	}
	forward.ServeHTTP(w, r)
}

// replacement carries an Answer from ModifyResponse to ErrorHandler.
type replacement struct{ answer Answer }

func (replacement) Error() string { return "the answer is replaced" }

func (s *Session) begin(r *http.Request) (Call, Plan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call := Call{N: len(s.calls) + 1, Time: time.Now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery}
	s.calls = append(s.calls, call)
	return call, s.plan
}

func (s *Session) end(call Call, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[call.N-1].Status = status
}
