package server

import (
	"context"
	"math"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// memoryBound is from how many bytes on a program of its own collects its garbage
// more often than Go does by default: a large directory is kept for days.
const memoryBound = 470 << 20

// BoundMemory bounds the memory of the program until the context ends. While it
// is small, garbage is collected at Go's own pace, which costs least; near the
// bound, more often. Where more than that is alive, the bound is half as much
// again: nearer to it the collector would do nothing else.
func BoundMemory(ctx context.Context) {
	before := debug.SetMemoryLimit(memoryBound)
	if before != math.MaxInt64 {
		debug.SetMemoryLimit(before) // somebody chose: GOMEMLIMIT
		return
	}
	defer debug.SetMemoryLimit(before)
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			metrics.Read(live)
			debug.SetMemoryLimit(max(memoryBound, int64(live[0].Value.Uint64())*3/2)) //nolint:gosec // no heap is as large
		}
	}
}
