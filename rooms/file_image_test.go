package rooms

import (
	"bytes"
	"testing"
	"time"

	"golang.org/x/sync/semaphore"
)

// progressive is a JPEG of grey, side x side pixels, with so many scans, each of which goes over all pixels and changes none: its one code says that the next 32,767
// blocks are at their end (ITU T.81, G.1.2.2).
func progressive(side, scans int) []byte {
	b := []byte{0xff, 0xd8, 0xff, 0xdb, 0, 67, 0}
	b = append(b, bytes.Repeat([]byte{1}, 64)...)                                                            // quantisation
	b = append(b, 0xff, 0xc2, 0, 11, 8, byte(side>>8), byte(side), byte(side>>8), byte(side), 1, 1, 0x11, 0) // a frame of one component
	b = append(b, 0xff, 0xc4, 0, 20, 0x10, 1)                                                                // one code of one bit...
	b = append(b, make([]byte, 15)...)
	b = append(b, 0xe0) // ...for an end of 2^14 blocks and what the next 14 bits say
	blocks := (side + 7) / 8 * ((side + 7) / 8)
	for range scans {
		b = append(b, 0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0)
		for left := blocks; left > 0; left -= 1 << 14 {
			b = append(b, 0, 0) // the code and 14 bits of nothing, and one bit that the next code takes as its own
		}
	}
	return append(b, 0xff, 0xd9)
}

// A picture whose pixels are gone over without end is kept without a thumbnail, and those of others are made soon.
func TestAPictureThatTakesTooLongToDecodeHasNoThumbnail(t *testing.T) {
	const side = 1000
	g := &imaging{semaphore.NewWeighted(maxPixels), decodeTime}
	short, err := g.preview(t.Context(), bytes.NewReader(progressive(side, 3)))
	if err != nil || short.width != side || len(short.thumbnail) == 0 {
		t.Fatalf("one of three scans is %d wide, with a thumbnail of %d bytes, %v", short.width, len(short.thumbnail), err)
	}
	g.most = 50 * time.Millisecond
	long, err := g.preview(t.Context(), bytes.NewReader(progressive(side, 20_000)))
	if err != nil || long.width != side || len(long.thumbnail) > 0 {
		t.Errorf("one of 20,000 scans is %d wide, with a thumbnail of %d bytes, %v", long.width, len(long.thumbnail), err)
	}
}
