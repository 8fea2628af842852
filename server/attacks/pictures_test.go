package attacks

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// decodedAtLeast is less than any of the pictures here would take to be decoded, in bytes, but the whole one, whose thumbnail would show it. It
// is far more than the program takes that keeps a file of some hundred bytes and has nothing else to do.
const decodedAtLeast = 128 << 20

// picture is one whose header says how many pixels it has, and whose pixels begin: a decoder makes room for all of them at once.
type picture struct {
	name, content string
	side          int // 0: more than its format's reader takes
}

func pngOf(side uint32) string {
	b := []byte("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
		checked := append([]byte(kind), data...)
		b = binary.BigEndian.AppendUint32(append(b, checked...), crc32.ChecksumIEEE(checked))
	}
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, side), side)
	chunk("IHDR", append(size, 8, 2, 0, 0, 0)) // 8 bits of each of three colours
	chunk("IDAT", []byte{0x78, 0x01, 0x01})
	return string(b)
}

func gifOf(side uint16) string {
	size := binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, side), side)
	b := append([]byte("GIF89a"), size...)
	b = append(b, 0x80, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff) // a table of two colours
	b = append(append(b, 0x2c, 0, 0, 0, 0), size...)
	return string(append(b, 0, 2, 2, 0x4c, 0x01))
}

func jpegOf(side uint16) string {
	size := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, side), side)
	b := append([]byte{0xff, 0xd8, 0xff, 0xc0, 0, 11, 8}, size...)
	b = append(b, 1, 1, 0x11, 0)                             // one component
	b = append(b, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0, 0) // its scan
	return string(append(b, 0xff, 0xd9))
}

// webpOf is a WebP of one chunk.
func webpOf(kind string, data []byte) string {
	b := append([]byte("WEBP"), kind...)
	b = append(binary.LittleEndian.AppendUint32(b, uint32(len(data))), data...)
	if len(data)%2 == 1 {
		b = append(b, 0)
	}
	return string(append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(b))), b...))
}

// lossyOf is a key frame of VP8 (RFC 6386, 9.1), of 14 bits a side.
func lossyOf(side uint16) string {
	b := []byte{0x10, 0x02, 0, 0x9d, 0x01, 0x2a}
	b = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(b, side), side)
	return webpOf("VP8 ", append(b, make([]byte, 64)...))
}

// losslessOf is whole: one colour, of which each pixel takes no bit.
func losslessOf(side uint32) string {
	b := binary.LittleEndian.AppendUint32([]byte{0x2f}, side-1|(side-1)<<14)
	return webpOf("VP8L", append(b, 0x88, 0x88, 0x08, 0, 0, 0, 0))
}

// extendedOf says its size in a header of its own, with 24 bits a side.
func extendedOf(side uint32) string {
	b := []byte{0, 0, 0, 0}
	for range 2 {
		b = append(b, byte(side-1), byte((side-1)>>8), byte((side-1)>>16))
	}
	return webpOf("VP8X", b)
}

// picturesAreCounted uploads pictures of few bytes and many pixels: whole ones, and such as only say so. What a header says is all that is
// read of them.
func (s *stage) picturesAreCounted() {
	s.t.Helper()
	const most16, most14 = 65_535, 16_383 // what a header of 16 bits, and of 14, can say
	for _, p := range []picture{
		{"7000.png", pngOf(7000), 7000}, {"32767.png", pngOf(32_767), 32_767}, {"65535.png", pngOf(most16), most16}, {"16383.png", pngOf(most14), most14}, {"endless.png", pngOf(1 << 30), 0},
		{"65535.gif", gifOf(most16), most16}, {"16383.gif", gifOf(most14), most14},
		{"65535.jpg", jpegOf(most16), most16}, {"16383.jpg", jpegOf(most14), most14},
		{"lossy.webp", lossyOf(most14), most14}, {"lossless.webp", losslessOf(most14), most14}, {"extended.webp", extendedOf(most14), most14}, {"endless.webp", extendedOf(1 << 24), 0},
		{"whole.png", wholePNG(s.t), 7000},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		file := s.uploaded(p.name, p.content)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > decodedAtLeast {
			s.t.Errorf("%s of %d bytes took %d bytes of memory", p.name, len(p.content), took)
		}
		if !strings.HasPrefix(file.Type, "image/") || file.Width != p.side || file.Height != p.side || file.Thumbnail {
			s.t.Errorf("%s is %+v", p.name, file)
		}
		if a := s.call(http.MethodGet, "/api/rooms/den/files/"+file.ID+"/thumbnail", s.ann, ""); a.status != http.StatusNotFound {
			s.t.Errorf("%s of %d bytes has a thumbnail: %d", p.name, len(p.content), a.status)
		}
	}
}

// wholePNG is one that could be decoded to its end.
func wholePNG(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewPaletted(image.Rect(0, 0, 7000, 7000), color.Palette{color.Black, color.White})); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
