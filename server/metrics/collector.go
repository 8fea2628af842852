package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"roomstream/rooms/tally"
)

// collector makes Prometheus's metrics of what the sources say.
type collector struct {
	sources Sources
	rows    []row
	descs   []*prometheus.Desc // of the row with the same index
}

func newCollector(s Sources) *collector {
	c := &collector{sources: s, rows: table()}
	for _, r := range c.rows {
		c.descs = append(c.descs, prometheus.NewDesc(r.Name, r.Meaning, r.Labels, nil))
	}
	return c
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	read := c.sources.read()
	for i, r := range c.rows {
		if r.buckets != nil {
			if b, scale := r.buckets(read); b != nil {
				to <- histogram(c.descs[i], b, scale)
			}
			continue
		}
		kind := prometheus.GaugeValue
		if r.Kind == Counter {
			kind = prometheus.CounterValue
		}
		r.values(read, func(value float64, labels ...string) {
			to <- prometheus.MustNewConstMetric(c.descs[i], kind, value, labels...)
		})
	}
}

func histogram(d *prometheus.Desc, b *tally.Buckets, scale float64) prometheus.Metric {
	upTo := make(map[float64]uint64, len(b.Bounds))
	for i, bound := range b.Bounds {
		upTo[float64(bound)/scale] = uint64(b.UpTo[i])
	}
	return prometheus.MustNewConstHistogram(d, uint64(b.Count), float64(b.Sum)/scale, upTo)
}
