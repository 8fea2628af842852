// Package web serves the page: the files that Vite built from src/, embedded into
// the binary, under a Content-Security-Policy that runs no other script than ours.
//
// It starts no goroutine, keeps nothing between requests and is safe for concurrent use.
package web

import (
	"embed"
	"io/fs"
	"net/http"
)

// dist holds what `npm run build` made. A fresh clone holds only the .gitignore that
// keeps the folder, so that it compiles.
//
//go:embed all:dist
var dist embed.FS

// Handler serves the embedded page; see NewHandler.
func Handler() http.Handler {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder's name is a constant of this file
	}
	return NewHandler(files)
}
