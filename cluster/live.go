package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Call runs oc or kubectl with arguments, on the cluster that the user has chosen, and
// returns what it prints. It ends when the context does. The error is that of a program
// that could not run or has failed.
type Call func(ctx context.Context, arguments ...string) (stdout, stderr []byte, err error)

const (
	// atOnce bounds the calls that run at the same time.
	atOnce = 4
	// pageSize is how many objects a list asks for at once, as oc does.
	pageSize = 500
)

// Live returns a Reader of a running cluster. It calls "get --raw" only: that is one request
// for each call, without discovery, and leaves no cache on the disk. A call may last as long
// as patience.
func Live(call Call, patience time.Duration) Reader {
	return &live{call: call, patience: patience, slots: make(chan struct{}, atOnce)}
}

type live struct {
	call     Call
	patience time.Duration
	slots    chan struct{}

	objects memo[question, Answer]
	lists   memo[question, Answers]
	served  memo[string, response] // what the server serves, by path
}

// question is what Get and List are asked.
type question struct {
	resource, group, namespace, name string
}

func ask(kind Kind, namespace, name string) question {
	if !kind.Namespaced {
		namespace = ""
	}
	return question{kind.Resource, kind.Group, namespace, name}
}

func (l *live) Get(ctx context.Context, kind Kind, namespace, name string) Answer {
	if !isName(name) || kind.Namespaced && !isName(namespace) {
		return Answer{Outcome: noName(kind, namespace, name)}
	}
	asked := ask(kind, namespace, name)
	for _, scope := range []string{namespace, ""} {
		if listed, ok := l.lists.known(ask(kind, scope, "")); ok && listed.Complete {
			return listed.pick(asked.namespace, name)
		}
	}
	return l.objects.get(asked, func() Answer {
		var answer Answer
		answer.Outcome = l.read(ctx, kind, func(version string) response {
			r := l.run(ctx, pathOf(kind, version, asked.namespace)+"/"+url.PathEscape(name))
			if r.err != nil {
				return r
			}
			if answer.Object, r.err = newObject(kind, r.body, origin{}); r.err == nil && answer.Metadata.Name != name {
				r.err = fmt.Errorf("the answer is another object, %s", answer.Object)
			}
			return r
		})
		if answer.State != Present {
			answer.Object = Object{}
		}
		return answer
	})
}

func (l *live) List(ctx context.Context, kind Kind, namespace string) Answers {
	asked := ask(kind, namespace, "")
	if asked.namespace != "" && !isName(namespace) {
		return Answers{Outcome: noName(kind, namespace, "")}
	}
	return l.lists.get(asked, func() Answers {
		var objects []Object
		outcome := l.read(ctx, kind, func(version string) response {
			var r response
			objects, r = l.pages(ctx, kind, pathOf(kind, version, asked.namespace))
			return r
		})
		switch outcome.State {
		case Present:
			return found(objects, true, "")
		case Absent: // the server contradicts itself: what it serves has a list
			outcome = failed("the cluster knows the kind, and does not find its list")
		}
		return Answers{Outcome: outcome}
	})
}

func (l *live) Logs(ctx context.Context, namespace, pod, container string, lines int) Log {
	if !isName(namespace) || !isName(pod) {
		return Log{Outcome: noName(Pods, namespace, pod)}
	}
	query := url.Values{"container": {container}, "tailLines": {strconv.Itoa(lines)}}
	r := l.run(ctx, pathOf(Pods, "v1", namespace)+"/"+url.PathEscape(pod)+"/log?"+query.Encode())
	state := Present
	switch {
	case r.err == nil:
	case r.reason == notFound:
		state = Absent
	case r.reason == forbidden:
		state = Forbidden
	default:
		state = Failed
	}
	return Log{Outcome{state, r.why()}, string(r.body)}
}

// read asks for the versions of a kind until the server knows one. Whether it knows a kind
// is in its own lists of what it serves: the words of a refusal are the same in both cases.
func (l *live) read(ctx context.Context, kind Kind, from func(version string) response) Outcome {
	if first := l.groups(ctx); first.err != nil && first.reason == "" {
		return failed("%s", first.err) // nobody has answered: nobody will
	}
	for _, version := range kind.Versions {
		r := from(version)
		switch {
		case r.err == nil:
			return Outcome{State: Present}
		case r.reason != notFound && r.reason != forbidden:
			return failed("%s", r.err)
		}
		serves, err := l.serves(ctx, kind, version)
		switch {
		case err != nil && r.reason == notFound:
			return failed("it is not found, and whether the cluster knows its kind cannot be read: %s", err)
		case err != nil || serves && r.reason == forbidden:
			return Outcome{Forbidden, r.why()}
		case serves:
			return Outcome{State: Absent}
		}
	}
	if slices.Contains(ofKubernetes, kind.Group) {
		return failed("what answers is no API server of a cluster: every cluster knows %s", kind.Name)
	}
	return Outcome{State: NoKind}
}

// groups asks which groups the server serves. It is the first call: it tells a server that
// answers from one that is not there, and from one that is no API server.
func (l *live) groups(ctx context.Context) response {
	return l.discover(ctx, "/apis")
}

// serves tells whether the server knows a version of a kind.
func (l *live) serves(ctx context.Context, kind Kind, version string) (bool, error) {
	if kind.Group != "" {
		r := l.groups(ctx)
		if r.err != nil {
			return false, r.err
		}
		var list struct {
			Groups []struct{ Name string } `json:"groups"`
		}
		if err := decodeList(r.body, "APIGroupList", &list); err != nil {
			return false, err
		}
		if !slices.Contains(list.Groups, struct{ Name string }{kind.Group}) {
			return false, nil
		}
	}
	r := l.discover(ctx, pathOfVersion(kind, version))
	if r.reason == notFound {
		return false, nil
	}
	if r.err != nil {
		return false, r.err
	}
	var list struct {
		Resources []struct{ Name string } `json:"resources"`
	}
	if err := decodeList(r.body, "APIResourceList", &list); err != nil {
		return false, err
	}
	return slices.Contains(list.Resources, struct{ Name string }{kind.Resource}), nil
}

// decodeList decodes one of the server's lists of what it serves.
func decodeList(body []byte, kind string, into any) error {
	var head struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(body, &head); err != nil {
		return fmt.Errorf("what answers is no API server: %w", readable(err))
	}
	if head.Kind != kind {
		return fmt.Errorf("what answers is no API server: it sends a %q, not an %s", head.Kind, kind)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return readable(err)
	}
	return nil
}

// mostPages bounds a list: a server that never comes to its end is none to wait for.
const mostPages = 1000

// pages reads a list in pages. When the server has forgotten where the next page begins, it
// reads the list again as a whole, once.
func (l *live) pages(ctx context.Context, kind Kind, path string) ([]Object, response) {
	var objects []Object
	query := url.Values{"limit": {strconv.Itoa(pageSize)}}
	asked := map[string]bool{} // a page by where it begins
	for len(asked) < mostPages {
		r := l.run(ctx, path+"?"+query.Encode())
		if r.reason == expired && query.Has("continue") && query.Has("limit") {
			objects, query, asked = nil, url.Values{}, map[string]bool{}
			continue
		}
		if r.err != nil {
			return nil, r
		}
		page, next, err := listed(kind, r.body)
		if err != nil {
			return nil, response{err: err}
		}
		objects = append(objects, page...)
		if next == "" {
			return objects, response{}
		}
		if asked[next] {
			return nil, response{err: errors.New("the server sends the same page of the list again and again")}
		}
		asked[next] = true
		query.Set("continue", next)
	}
	return nil, response{err: fmt.Errorf("the list has more than %d pages", mostPages)}
}

// listed returns the objects of a list that the API server has sent, and where it goes on.
func listed(kind Kind, body []byte) (objects []Object, next string, err error) {
	var list struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Metadata   struct {
			Continue string `json:"continue"`
		} `json:"metadata"`
		Items []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, "", fmt.Errorf("the answer: %w", readable(err))
	}
	if list.Kind != kind.Name+"List" {
		return nil, "", fmt.Errorf("the answer is a %q and no %sList", list.Kind, kind.Name)
	}
	if kind.is(Secrets) {
		clear(body)
	}
	for i, item := range list.Items {
		object, err := newObject(kind, item, origin{apiVersion: list.APIVersion})
		if err != nil {
			return nil, "", fmt.Errorf("item %d of the list: %w", i, err)
		}
		objects = append(objects, object)
	}
	return objects, list.Metadata.Continue, nil
}

// pathOfVersion returns where the API server has a version of a group.
func pathOfVersion(kind Kind, version string) string {
	if kind.Group == "" {
		return "/api/" + version
	}
	return "/apis/" + kind.Group + "/" + version
}

// pathOf returns where the API server has the objects of a kind.
func pathOf(kind Kind, version, namespace string) string {
	path := pathOfVersion(kind, version)
	if namespace != "" {
		path += "/namespaces/" + url.PathEscape(namespace)
	}
	return path + "/" + kind.Resource
}
