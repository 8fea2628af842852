// Package previews fetches what a link leads to, so that a message can show its title: by the server, never by the page,
// which would tell strangers who reads. Only addresses of the public internet are called, whatever they are called by and
// wherever they lead on to.
//
// Concurrency: a Previews is safe for concurrent use. Each link is fetched by one goroutine at a time, fetchers at most do
// so at once.
//
// Lifecycle: New, Run until its context is done: it ends what is being fetched and waits for it. Without Run nothing is
// fetched.
//
// Order and loss: what was found is kept in this process alone, for keepFound, and what was not for keepNone; another
// instance, or the next start, asks again. A link that finds the queue full is asked for by whoever looks next.
package previews
