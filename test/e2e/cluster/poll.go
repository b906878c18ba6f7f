package cluster

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

// Poll asks until check says yes, fails, or the context ends: soon at first and then less
// often, because each call takes processor time from what it waits for.
func Poll(ctx context.Context, check wait.ConditionWithContextFunc) error {
	delay := wait.Backoff{Duration: 20 * time.Millisecond, Factor: 1.3, Steps: 100, Cap: 300 * time.Millisecond}.DelayFunc()
	return delay.Until(ctx, true, true, check)
}
