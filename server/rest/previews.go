package rest

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"roomstream/rooms"
	"roomstream/rooms/previews"
)

// previewWait is how long an answer waits for pages that nobody has asked for lately: most come within it, and what does
// not is `pending`.
const previewWait = 2 * time.Second

// linkPreviews answers {previews: [{seq, url, title, description?}], pending: [seq], off?}.
func (s *Server) linkPreviews(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	q := readQuery(c)
	seqs := q.seqs("seqs")
	if q.err != nil {
		return reply{}, q.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	texts, err := s.service.Texts(ctx, c.user, room, seqs)
	if err != nil {
		return reply{}, err
	}
	if s.previews == nil {
		return reply{http.StatusOK, []byte(`{"previews":[],"pending":[],"off":true}`)}, nil
	}
	var with []int64
	var links []string
	for _, seq := range seqs {
		if link := previews.LinkOf(texts[seq]); link != "" {
			with, links = append(with, seq), append(links, link)
		}
	}
	waiting, cancelWait := context.WithTimeout(ctx, previewWait)
	defer cancelWait()
	found := s.previews.Look(waiting, links)
	return reply{http.StatusOK, previewsJSON(with, links, found)}, nil
}

func previewsJSON(seqs []int64, links []string, found []previews.Found) []byte {
	known, pending := []byte(`{"previews":[`), []byte(`],"pending":[`)
	for i, f := range found {
		switch {
		case f.Pending:
			pending = append(strconv.AppendInt(pending, seqs[i], 10), ',')
		case f.Preview.Title != "":
			known = strconv.AppendInt(append(known, `{"seq":`...), seqs[i], 10)
			known = rooms.AppendJSONString(append(known, `,"url":`...), links[i])
			known = rooms.AppendJSONString(append(known, `,"title":`...), f.Preview.Title)
			if f.Preview.Description != "" {
				known = rooms.AppendJSONString(append(known, `,"description":`...), f.Preview.Description)
			}
			known = append(known, "},"...)
		}
	}
	return append(append(uncomma(known), uncomma(pending)...), "]}"...)
}

// uncomma takes off the comma that no member follows.
func uncomma(b []byte) []byte {
	if last := len(b) - 1; b[last] == ',' {
		return b[:last]
	}
	return b
}

// seqs reads numbers of messages, separated by commas; what is not there is none.
func (q *query) seqs(name string) []int64 {
	var list []int64
	for digits := range strings.SplitSeq(q.values.Get(name), ",") {
		seq, ok := parseSeq(digits)
		if !ok || seq == 0 {
			q.refuse(name, "must be the seqs of messages, separated by commas")
			return nil
		}
		list = append(list, seq)
	}
	return list
}
