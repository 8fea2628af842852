package metrics

import (
	"time"

	"roomstream/rooms/tally"
)

// Kind is what Prometheus takes a metric for.
type Kind string

// The kinds there are.
const (
	Gauge     Kind = "gauge"
	Counter   Kind = "counter"
	Histogram Kind = "histogram"
)

// Row is a metric as people read of it.
type Row struct {
	Name    string
	Kind    Kind
	Unit    string   // what its value counts
	Labels  []string // with their values in Meaning
	Meaning string   // without a full stop
}

// Table lists all metrics, but for those of Go's runtime and of the process (go_…, process_…).
func Table() []Row {
	var rows []Row
	for _, r := range table() {
		rows = append(rows, r.Row)
	}
	return rows
}

// put gives one value to Prometheus, with the values of the row's labels.
type put func(value float64, labels ...string)

// row is a metric and where it is read; one of values and buckets is set.
type row struct {
	Row
	values  func(*readings, put)
	buckets func(*readings) (b *tally.Buckets, scale float64) // nil: there is none; scale: so many of what it holds are one unit
}

func table() []row {
	var rows []row
	for _, part := range [][]row{programRows(), socketRows(), sendRows(), streamRows(), outwardRows(), storeRows()} {
		rows = append(rows, part...)
	}
	return rows
}

// source finds where a row is read; nil: there is none, and the row is left out.
type source[T any] func(*readings) *T

// one is a metric of one value.
func one[T any](name string, kind Kind, unit, meaning string, of source[T], read func(*T) float64) row {
	return row{Row: Row{Name: name, Kind: kind, Unit: unit, Meaning: meaning}, values: func(r *readings, put put) {
		if from := of(r); from != nil {
			put(read(from))
		}
	}}
}

// by is a metric with one label.
func by[T any](name string, kind Kind, unit, label, meaning string, of source[T], read func(*T) map[string]int64) row {
	return row{Row: Row{Name: name, Kind: kind, Unit: unit, Labels: []string{label}, Meaning: meaning}, values: func(r *readings, put put) {
		from := of(r)
		if from == nil {
			return
		}
		for value, n := range read(from) {
			put(float64(n), value)
		}
	}}
}

// spread is a histogram; scale: so many of what is counted are one unit.
func spread[T any](name, unit string, scale float64, meaning string, of source[T], read func(*T) *tally.Buckets) row {
	return row{Row: Row{Name: name, Kind: Histogram, Unit: unit, Meaning: meaning}, buckets: func(r *readings) (*tally.Buckets, float64) {
		from := of(r)
		if from == nil {
			return nil, scale
		}
		return read(from), scale
	}}
}

// times is a histogram of durations, which are counted in nanoseconds and shown in seconds, as Prometheus has it.
func times[T any](name, meaning string, of source[T], read func(*T) *tally.Buckets) row {
	return spread(name, "seconds", float64(time.Second), meaning, of, read)
}

func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
