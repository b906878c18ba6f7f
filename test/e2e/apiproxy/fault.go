package apiproxy

import (
	"encoding/json"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A Plan says what is to happen to a pod's calls. The zero Plan lets all pass.
type Plan struct {
	// Before is asked before a call reaches the API server; an answer other
	// than nil takes the API server's place.
	Before func(Call) Answer
	// After is told of a call that the API server has answered and whose answer
	// the pod has not seen yet; an answer other than nil replaces it.
	After func(Call) Answer
}

// An Answer takes the place of the API server's.
type Answer func(w http.ResponseWriter, r *http.Request) (status int)

// Status answers with an API error of that code, as the API server would.
func Status(code int, reason metav1.StatusReason, message string) Answer {
	return func(w http.ResponseWriter, _ *http.Request) int {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(metav1.Status{
			TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
			Status:   metav1.StatusFailure, Code: int32(code), Reason: reason, Message: message,
		})
		return code
	}
}

// The faults of an API server under load, being restarted, or behind a broken network.
var (
	InternalError   = Status(http.StatusInternalServerError, metav1.StatusReasonInternalError, "Internal error occurred: etcdserver: leader changed")
	TooManyRequests = Status(http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests, "the server has received too many requests and has asked us to try again later")
	Unavailable     = Status(http.StatusServiceUnavailable, metav1.StatusReasonServiceUnavailable, "the server is currently unable to handle the request")
	Conflict        = Status(http.StatusConflict, metav1.StatusReasonConflict, "Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version and try again")
)

// Hang never answers: the call ends when the client gives up or is killed.
func Hang(_ http.ResponseWriter, r *http.Request) int {
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// Drop closes the connection without an answer.
func Drop(http.ResponseWriter, *http.Request) int { panic(http.ErrAbortHandler) }
