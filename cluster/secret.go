package cluster

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"sync"
)

// Value tells about a value of a Secret as much as is needed to compare two of them.
type Value struct {
	Size int
	// sizeOnly says that the input had the size in the value's place.
	sizeOnly bool
	digest   [sha256.Size]byte
}

// SizeOnly tells whether nothing but the size is known: must-gather leaves no more.
func (v Value) SizeOnly() bool { return v.sizeOnly }

// Same tells whether two values are equal. It is not known where a digest is missing and
// the sizes do not differ.
func (v Value) Same(other Value) (same, known bool) {
	switch {
	case v.Size != other.Size:
		return false, true
	case v.sizeOnly || other.sizeOnly:
		return false, false
	}
	return v.digest == other.digest, true
}

// processKey makes a digest worthless outside of this process: nobody can try values.
var processKey = sync.OnceValue(func() []byte {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails
	return key
})

// elided matches what "oc adm inspect" writes in the place of a value.
var elided = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]{1,9}) bytes long$`) })

func newValue(value []byte) Value {
	if size := elided().FindSubmatch(value); size != nil {
		n, _ := strconv.Atoi(string(size[1]))
		return Value{Size: n, sizeOnly: true}
	}
	v := Value{Size: len(value)}
	mac := hmac.New(sha256.New, processKey())
	mac.Write(value)
	mac.Sum(v.digest[:0])
	return v
}

// UnmarshalJSON reads a value in base64. It overwrites what it has decoded.
func (v *Value) UnmarshalJSON(encoded []byte) error {
	var value []byte
	defer func() { clear(value) }()
	if err := json.Unmarshal(encoded, &value); err != nil {
		return errors.New("is not base64")
	}
	*v = newValue(value)
	return nil
}

// plainValue is a value of stringData.
type plainValue struct{ Value }

// UnmarshalJSON reads a value as it is.
func (v *plainValue) UnmarshalJSON(encoded []byte) error {
	var value string
	if err := json.Unmarshal(encoded, &value); err != nil {
		return errors.New("is no text")
	}
	v.Value = newValue([]byte(value))
	return nil
}

// valuesOf reads the values of a Secret. Like the API server it prefers stringData, which
// only a manifest has.
func valuesOf(secret []byte) (map[string]Value, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(secret, &fields); err != nil {
		return nil, readable(err)
	}
	var encoded map[string]Value
	var plain map[string]plainValue
	for key, into := range map[string]any{"data": &encoded, "stringData": &plain} {
		content, ok := fields[key]
		if ok && json.Unmarshal(content, into) != nil { // the library's own words could quote a value
			return nil, fmt.Errorf("it is a Secret whose %s cannot be read", key)
		}
		clear(content)
	}
	values := map[string]Value{}
	maps.Copy(values, encoded)
	for key, value := range plain {
		values[key] = value.Value
	}
	return values, nil
}
