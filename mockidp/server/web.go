package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// Handler serves the program behind a guard: the API under /api, and the pages
// everywhere else.
func (a *App) Handler(g *Guard, pages http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/", a.API())
	mux.Handle("/", pages)
	return g.Wrap(mux)
}

// How long the program waits for slow clients, and at the end for requests that
// are not answered yet.
const (
	headerTimeout   = 10 * time.Second
	shutdownTimeout = 2 * time.Second
)

// Serve serves the program until the context ends, and then ends what it is at
// in good order.
func (a *App) Serve(ctx context.Context, l net.Listener, g *Guard, pages http.Handler) error {
	base, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	s := &http.Server{
		Handler: a.Handler(g, pages), ReadHeaderTimeout: headerTimeout,
		BaseContext: func(net.Listener) context.Context { return base },
	}
	s.RegisterOnShutdown(stop) // ends the streams of events
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if s.Shutdown(patience) != nil {
		_ = s.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
