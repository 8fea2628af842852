// Package web serves the page: the files that Vite built from src/ and site.mjs compressed, embedded into
// the binary, under a Content-Security-Policy that runs no other script than ours.
//
// It starts no goroutine, keeps nothing between requests and is safe for concurrent use.
package web

import (
	"embed"
	"io/fs"
	"net/http"
)

// site holds what `npm run build` made. A fresh clone holds only the .gitignore that
// keeps the folder, so that it compiles.
//
//go:embed all:site
var site embed.FS

// Handler serves the embedded page; see NewHandler.
func Handler() http.Handler {
	files, err := fs.Sub(site, "site")
	if err != nil {
		panic(err) // the folder's name is a constant of this file
	}
	return NewHandler(files)
}
