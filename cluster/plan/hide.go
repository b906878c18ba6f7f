package plan

// hide takes credentials out of all that others have written, and out of what is rendered,
// too: a value of a profile may be the address of a proxy, with a password.
func (p *Plan) hide(hide func(string) string) {
	p.hidden = hide
	for i := range p.Objects {
		o := &p.Objects[i]
		o.Why = hide(o.Why)
		for k := range o.Changes {
			c := &o.Changes[k]
			c.Path, c.Is, c.Want = hide(c.Path), hideIn(c.Is, hide), hideIn(c.Want, hide)
		}
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
func hideIn(value any, hide func(string) string) any {
	switch value := value.(type) {
	case string:
		return hide(value)
	case []any:
		hidden := make([]any, len(value))
		for i := range value {
			hidden[i] = hideIn(value[i], hide)
		}
		return hidden
	case map[string]any:
		if value == nil {
			return nil
		}
		hidden := make(map[string]any, len(value))
		for key, of := range value {
			hidden[hide(key)] = hideIn(of, hide)
		}
		return hidden
	}
	return value
}
