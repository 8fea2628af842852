package peers

import "testing"

func TestWhatAProgramSaysOfItself(t *testing.T) {
	const metrics = `# HELP go_goroutines Number of goroutines that currently exist.
# TYPE go_goroutines gauge
go_goroutines 5023
go_memstats_heap_alloc_bytes_total 1
go_memstats_heap_alloc_bytes 1.2582912e+07
`
	if in, err := parseInside(metrics); err != nil || in != (Inside{Goroutines: 5023, Heap: 12 << 20}) {
		t.Errorf("%+v, %v", in, err)
	}
	for _, bad := range []string{"", "go_goroutines 1\n", "go_goroutines x\ngo_memstats_heap_alloc_bytes 1\n"} {
		if in, err := parseInside(bad); err == nil {
			t.Errorf("%q gives %+v", bad, in)
		}
	}
}
