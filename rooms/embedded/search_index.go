package embedded

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"roomstream/rooms"
)

// indexVersion is the version of what the index holds; one of another is made anew.
const indexVersion = "1"

// indexLock is how long another process may take to let go of the index. Whoever has the data
// file has its index, so it is short.
const indexLock = "1s"

// The fields of an event in the index. Only terms are kept, no text.
const (
	fieldText = "text"
	fieldRoom = "room"
	fieldFrom = "from"
)

// The index's own values.
var (
	keyVersion = []byte("version")
	keyLog     = []byte("log")
)

// positionKey is where the number up to which a room is in the index stands.
func positionKey(room rooms.RoomID) []byte { return []byte("at:" + string(room)) }

// errIndex says that the index cannot be used: it is made anew.
var errIndex = errors.New("the index is damaged")

// searchIndex is the files of bleve's index. What it has written is on the disk. It is safe
// for concurrent use.
type searchIndex struct {
	queue *index.AnalysisQueue
	files *scorch.Scorch
}

// openIndex opens the index in a folder for a log, or makes one anew where there is none of
// this version that can be read.
func openIndex(dir, logID string) (*searchIndex, error) {
	i, err := tryIndex(dir)
	if err == nil {
		if i.belongs(logID) {
			return i, nil
		}
		err = i.close()
	}
	if err != nil && errors.Is(err, os.ErrPermission) {
		return nil, err
	}
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if i, err = tryIndex(dir); err != nil {
		return nil, err
	}
	b := i.batch()
	b.SetInternal(keyVersion, []byte(indexVersion))
	b.SetInternal(keyLog, []byte(logID))
	if err := i.write(b); err != nil {
		return nil, errors.Join(err, i.close())
	}
	return i, nil
}

func tryIndex(dir string) (i *searchIndex, err error) {
	defer damaged(&err)
	queue := index.NewAnalysisQueue(1)
	defer func() {
		if i == nil {
			queue.Close()
		}
	}()
	opened, err := scorch.NewScorch(scorch.Name, map[string]any{"path": dir, "bolt_timeout": indexLock, "numSnapshotsToKeep": 1}, queue)
	if err != nil {
		return nil, err
	}
	files, ok := opened.(*scorch.Scorch)
	if !ok {
		return nil, errIndex
	}
	if err := files.Open(); err != nil {
		return nil, err
	}
	return &searchIndex{queue: queue, files: files}, nil
}

// damaged turns a panic over a file that is not what it should be into an error.
func damaged(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", errIndex, p)
	}
}

func (i *searchIndex) close() error {
	err := i.files.Close()
	i.queue.Close()
	return err
}

// belongs says whether the index is of this version and of this log.
func (i *searchIndex) belongs(logID string) bool {
	version, err := i.value(keyVersion)
	if err != nil || string(version) != indexVersion {
		return false
	}
	log, err := i.value(keyLog)
	return err == nil && string(log) == logID
}

func (i *searchIndex) value(key []byte) (value []byte, err error) {
	defer damaged(&err)
	reader, err := i.files.Reader()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	return reader.GetInternal(key)
}

// position is the number up to which a room's events are in the index.
func (i *searchIndex) position(room rooms.RoomID) (int64, error) {
	value, err := i.value(positionKey(room))
	if err != nil || len(value) != seqSize {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(value)), nil
}

func (i *searchIndex) batch() *index.Batch { return index.NewBatch() }

// write makes a batch durable.
func (i *searchIndex) write(b *index.Batch) (err error) {
	defer damaged(&err)
	return i.files.Batch(b)
}

// put adds an event with a text to a batch.
func put(b *index.Batch, key []byte, e *rooms.Event) {
	doc := document.NewDocument(string(key))
	doc.AddField(document.NewTextFieldCustom(fieldText, nil, []byte(e.Text), index.IndexField|index.SkipFreqNorm, textAnalyzer{}))
	doc.AddField(document.NewTextFieldCustom(fieldRoom, nil, []byte(e.RoomID), index.IndexField|index.SkipFreqNorm, wholeAnalyzer{}))
	doc.AddField(document.NewTextFieldCustom(fieldFrom, nil, []byte(e.Author), index.IndexField|index.SkipFreqNorm, wholeAnalyzer{}))
	doc.AddIDField()
	b.Update(doc)
}

// textAnalyzer takes a text apart as the search does.
type textAnalyzer struct{}

func (textAnalyzer) Analyze(text []byte) analysis.TokenStream {
	terms := rooms.SearchTerms(string(text))
	stream := make(analysis.TokenStream, len(terms))
	for i, term := range terms {
		stream[i] = &analysis.Token{Term: []byte(term), Position: i + 1}
	}
	return stream
}

// wholeAnalyzer takes a value as it is.
type wholeAnalyzer struct{}

func (wholeAnalyzer) Analyze(value []byte) analysis.TokenStream {
	return analysis.TokenStream{{Term: bytes.Clone(value), Position: 1}}
}

// find gives the keys of the events that hold all words, at most limit; ErrTooMany where
// there are more.
func (i *searchIndex) find(ctx context.Context, t rooms.SearchTerm, limit int) (keys [][]byte, err error) {
	defer damaged(&err)
	reader, err := i.files.Reader()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	lists, err := openLists(ctx, reader, t)
	defer closeAll(lists)
	if err != nil {
		return nil, err
	}
	for {
		id, err := common(lists)
		if err != nil || id == nil {
			return keys, err
		}
		if len(keys) == limit {
			return nil, rooms.ErrTooMany
		}
		key, err := reader.ExternalID(id)
		if err != nil {
			return nil, err
		}
		if keys = append(keys, []byte(key)); ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}

// openLists gives the list of the events of each term, the shortest first.
func openLists(ctx context.Context, reader index.IndexReader, t rooms.SearchTerm) ([]index.TermFieldReader, error) {
	var lists []index.TermFieldReader
	add := func(field, term string) error {
		list, err := reader.TermFieldReader(ctx, []byte(term), field, false, false, false)
		if err == nil {
			lists = append(lists, list)
		}
		return err
	}
	for _, word := range t.Words {
		if err := add(fieldText, word); err != nil {
			return lists, err
		}
	}
	if t.Room != "" {
		if err := add(fieldRoom, string(t.Room)); err != nil {
			return lists, err
		}
	}
	if t.From != "" {
		if err := add(fieldFrom, string(t.From)); err != nil {
			return lists, err
		}
	}
	slices.SortStableFunc(lists, func(a, b index.TermFieldReader) int { return cmp.Compare(a.Count(), b.Count()) })
	return lists, nil
}

func closeAll[C io.Closer](list []C) {
	for _, c := range list {
		c.Close() // it only gives memory back
	}
}

// common gives the next event that is in every list; nil: there is none.
func common(lists []index.TermFieldReader) (index.IndexInternalID, error) {
	if len(lists) == 0 {
		return nil, nil
	}
	wanted, err := lists[0].Next(nil)
	for err == nil && wanted != nil {
		id := slices.Clone(wanted.ID)
		behind, err := advance(lists[1:], id)
		if err != nil || behind == nil || behind.Equals(id) {
			return behind, err
		}
		if wanted, err = lists[0].Advance(behind, nil); err != nil {
			return nil, err
		}
	}
	return nil, err
}

// advance moves lists up to id, and gives it where all have it, else where the first that has
// not goes on; nil: nowhere.
func advance(lists []index.TermFieldReader, id index.IndexInternalID) (index.IndexInternalID, error) {
	for _, list := range lists {
		at, err := list.Advance(id, nil)
		if err != nil || at == nil {
			return nil, err
		}
		if !at.ID.Equals(id) {
			return slices.Clone(at.ID), nil
		}
	}
	return id, nil
}
