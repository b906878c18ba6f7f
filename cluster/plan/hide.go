package plan

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/registryprofile/registry-profile/cluster"
)

// hide takes credentials out of all that others have written, and out of what is rendered,
// too: a value of a profile may be the address of a proxy, with a password.
func (p *Plan) hide(hide func(string) string) {
	p.hidden = hide
	for i := range p.Objects {
		o := &p.Objects[i]
		o.Why = hide(o.Why)
		o.hideChanges(hide)
	}
	for i := range p.Leftovers {
		l := &p.Leftovers[i]
		l.Name = hide(l.Name)
		for k := range l.Missing {
			l.Missing[k] = hide(l.Missing[k])
		}
	}
	for i := range p.LeftoversUnseen {
		p.LeftoversUnseen[i] = hide(p.LeftoversUnseen[i])
	}
	p.Before, p.After, p.Restarts = hide(p.Before), hide(p.After), hide(p.Restarts)
	p.Job.hide(hide)
}

// hideChanges takes the values from the object as a whole: whether one is secret may stand beside it.
func (o *Object) hideChanges(hide func(string) string) {
	if len(o.Changes) == 0 {
		return
	}
	live, want := hideIn(o.live, hide), hideIn(o.want, hide)
	for i, c := range o.Changes {
		o.Changes[i] = Change{Path: hide(c.Path), Is: valueAt(live, c.steps, hide), Want: valueAt(want, c.steps, hide)}
	}
}

// valueAt is what keys and indexes lead to in a value whose own keys were hidden.
func valueAt(value any, steps []any, hide func(string) string) any {
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			fields, _ := value.(map[string]any)
			value = fields[hide(step)]
		case int:
			items, _ := value.([]any)
			value = items[step]
		}
	}
	return value
}

func (j *Job) hide(hide func(string) string) {
	j.Why, j.Store, j.Advice = hide(j.Why), hide(j.Store), hide(j.Advice)
	for _, list := range [][]string{j.Reasons, j.Unseen, j.Doubts} {
		for i := range list {
			list[i] = hide(list[i])
		}
	}
	for i := range j.Waits {
		w := &j.Waits[i]
		w.For, w.Why, w.Advice = hide(w.For), hide(w.Why), hide(w.Advice)
	}
	for i := range j.Writes {
		w := &j.Writes[i]
		w.Why = hide(w.Why)
		w.Patch, _ = hideIn(w.Patch, hide).(map[string]any)
	}
}

// hideIn returns a copy of a value of JSON.
func hideIn(value any, hide func(string) string) any { return hider{hide}.in("", value) }

// hider takes credentials out of values of JSON. A value alone may look like any word: what it is
// called tells that it is secret.
type hider struct{ hide func(string) string }

// in returns a copy of a value, which is called something in front of it, such as "NAME: ".
func (h hider) in(called string, value any) any {
	switch value := value.(type) {
	case string:
		return h.text(called, value)
	case []any:
		hidden := make([]any, len(value))
		for i := range value {
			if option, ok := value[max(0, i-1)].(string); ok && i > 0 && strings.HasPrefix(option, "-") {
				hidden[i] = h.in(option+" ", value[i]) // of a command line
			} else {
				hidden[i] = h.in(called, value[i])
			}
		}
		return hidden
	case map[string]any:
		if value == nil {
			return nil
		}
		hidden := make(map[string]any, len(value))
		for key, of := range value {
			hidden[h.hide(key)] = h.in(nameIn(value, key)+": ", of)
		}
		return hidden
	}
	return value
}

// nameIn is what the value of a key is called: by its key, or, of a variable or a header, by
// the name beside it.
func nameIn(fields map[string]any, key string) string {
	if name, ok := fields["name"].(string); ok && key == "value" {
		return name
	}
	return key
}

// text hides in a text, or all of it where its name makes it a credential. A text of JSON is a
// value, such as that of the annotation last-applied-configuration.
func (h hider) text(called, text string) string {
	if text != "" && !strings.HasSuffix(h.hide(called+"x"), "x") {
		return cluster.Hidden
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err == nil && strings.ContainsAny(text, "{[") {
		if hidden := h.in(called, value); !reflect.DeepEqual(value, hidden) {
			content, _ := json.Marshal(hidden) // what was read from JSON can be written as JSON
			text = string(content)
		}
	}
	return h.hide(text)
}
