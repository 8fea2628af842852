package rooms

import (
	"bufio"
	"encoding/binary"
	"image"
	"io"
)

// orientation is how a picture is to be turned before it is shown, as cameras note it: the
// tag 0x0112 of Exif, 1 to 8. Browsers heed it, so a thumbnail that did not would lie on its
// side.
type orientation int

const upright orientation = 1

// sideways says whether width and height change places.
func (o orientation) sideways() bool { return o >= 5 && o <= 8 }

// apply gives the picture as it is to be shown.
func (o orientation) apply(from *image.NRGBA) *image.NRGBA {
	if o <= upright || o > 8 {
		return from
	}
	w, h := from.Bounds().Dx(), from.Bounds().Dy()
	to := image.NewNRGBA(image.Rect(0, 0, w, h))
	if o.sideways() {
		to = image.NewNRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := o.place(x, y, w, h)
			to.SetNRGBA(tx, ty, from.NRGBAAt(x, y))
		}
	}
	return to
}

// place says where a pixel of a picture of w by h goes.
func (o orientation) place(x, y, w, h int) (int, int) {
	switch o {
	case 2: // mirrored
		return w - 1 - x, y
	case 3: // on its head
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6: // a quarter to the right
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8: // a quarter to the left
		return y, w - 1 - x
	}
	return x, y
}

// The marks of a JPEG file, and of the Exif block in it.
const (
	jpegStart   = 0xFFD8
	jpegExif    = 0xFFE1
	jpegScan    = 0xFFDA
	exifHeader  = "Exif\x00\x00"
	orientedTag = 0x0112
	entrySize   = 12 // bytes of an entry of a TIFF directory

	// maxSegments bounds the segments that are passed before Exif is given up.
	maxSegments = 64
)

// orientationOf reads it from the beginning of a JPEG; upright where nothing is said.
func orientationOf(content io.Reader) orientation {
	r := bufio.NewReader(content)
	var mark [2]byte
	if _, err := io.ReadFull(r, mark[:]); err != nil || binary.BigEndian.Uint16(mark[:]) != jpegStart {
		return upright
	}
	for range maxSegments {
		var head [4]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return upright
		}
		kind, size := binary.BigEndian.Uint16(head[:2]), int(binary.BigEndian.Uint16(head[2:]))-2
		if kind == jpegScan || kind>>8 != 0xFF || size < 0 {
			return upright
		}
		if kind != jpegExif {
			if _, err := r.Discard(size); err != nil {
				return upright
			}
			continue
		}
		block := make([]byte, size) // at most 64 KiB
		if _, err := io.ReadFull(r, block); err != nil {
			return upright
		}
		if len(block) > len(exifHeader) && string(block[:len(exifHeader)]) == exifHeader {
			return exifOrientation(block[len(exifHeader):])
		}
	}
	return upright
}

// exifOrientation reads the first directory of a TIFF block.
func exifOrientation(b []byte) orientation {
	const start = 8 // bytes: the order, a magic number, where the directory is
	if len(b) < start {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if b[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return upright
	}
	entries := b[at+2:]
	for range int(order.Uint16(b[at:])) {
		if len(entries) < entrySize {
			return upright
		}
		if order.Uint16(entries) == orientedTag {
			if o := orientation(order.Uint16(entries[8:])); o >= upright && o <= 8 {
				return o
			}
			return upright
		}
		entries = entries[entrySize:]
	}
	return upright
}
