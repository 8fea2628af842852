package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
)

// minCompressed is the shortest file worth compressing, in bytes: what is shorter
// fits into one packet anyway.
const minCompressed = 1024

func compressible(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || strings.Contains(contentType, "json") || strings.Contains(contentType, "svg")
}

// compress returns nil when the result is not smaller. It runs once a file, at start:
// the whole build takes some 10 ms.
func compress(body []byte) []byte {
	if len(body) < minCompressed {
		return nil
	}
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil // the level is a constant of the library
	}
	if _, err := w.Write(body); err != nil {
		return nil
	}
	if err := w.Close(); err != nil || out.Len() >= len(body) {
		return nil
	}
	return out.Bytes()
}

// acceptsGzip says whether the client takes gzip. A q of 0 refuses it.
func acceptsGzip(r *http.Request) bool {
	for entry := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		coding, params, _ := strings.Cut(entry, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		q := strings.ReplaceAll(strings.ToLower(params), " ", "")
		return q != "q=0" && !strings.HasPrefix(q, "q=0.0")
	}
	return false
}
