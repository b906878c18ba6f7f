package cluster

import "sync"

// memo makes a value for each key, once.
type memo[K comparable, V any] struct {
	mutex   sync.Mutex
	entries map[K]func() V
}

// get returns the value of a key, which make makes if nobody has. Whoever asks in the
// meantime waits for it.
func (m *memo[K, V]) get(key K, make func() V) V {
	m.mutex.Lock()
	if m.entries == nil {
		m.entries = map[K]func() V{}
	}
	entry, ok := m.entries[key]
	if !ok {
		entry = sync.OnceValue(make)
		m.entries[key] = entry
	}
	m.mutex.Unlock()
	return entry()
}

// known returns the value of a key if somebody has asked for it before.
func (m *memo[K, V]) known(key K) (value V, ok bool) {
	m.mutex.Lock()
	entry, ok := m.entries[key]
	m.mutex.Unlock()
	if ok {
		value = entry()
	}
	return value, ok
}
