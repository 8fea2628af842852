package files_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"image"
	"net/http"
	"strings"
	"testing"
)

func TestAFileGoesWithItsMessage(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		ann, bob := as(t, a, "ann"), as(t, a, "bob")
		content := text(700_001)
		kind, body := form(t, "notes.txt", content)
		sent := ann.do(http.MethodPost, "/api/rooms/general/files", kind, bytes.NewReader(body))
		sent.want(t, http.StatusCreated)
		f := sent.file(t)
		if f.Name != "notes.txt" || f.Size != int64(len(content)) || f.Type != "text/plain" || f.Thumbnail || f.Width != 0 {
			t.Errorf("the file is %+v", f)
		}
		bob.get(filePath("general", f)).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		if got := ann.get(filePath("general", f)); !bytes.Equal(got.body, content) {
			t.Errorf("who uploaded it gets %d bytes, status %d", len(got.body), got.StatusCode)
		}

		said := ann.say("general", "", []string{f.ID}, "clientId", "one")
		said.want(t, http.StatusCreated)
		ann.say("general", "", []string{f.ID}, "clientId", "one").want(t, http.StatusOK) // the same send again
		got := bob.get(filePath("general", f))
		got.want(t, http.StatusOK)
		if !bytes.Equal(got.body, content) {
			t.Error("the others get something else")
		}
		for name, want := range map[string]string{
			"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment; filename=notes.txt",
			"Etag": `"` + f.ID + `"`, "Accept-Ranges": "bytes",
		} {
			if got.Header.Get(name) != want {
				t.Errorf("%s is %q, want %q", name, got.Header.Get(name), want)
			}
		}
		if !strings.HasPrefix(got.Header.Get("Content-Security-Policy"), "sandbox;") || !strings.HasPrefix(got.Header.Get("Cache-Control"), "private") {
			t.Errorf("headers are %v", got.Header)
		}
		wantInHistory(t, bob, f)
	})
}

// wantInHistory finds the file in the room's one message.
func wantInHistory(t *testing.T, p *person, want file) {
	t.Helper()
	var page struct {
		Messages []struct {
			Text        string
			Attachments []file
		}
	}
	got := p.get("/api/rooms/general/messages")
	if err := json.Unmarshal(got.body, &page); err != nil || len(page.Messages) != 1 || len(page.Messages[0].Attachments) != 1 || page.Messages[0].Attachments[0] != want {
		t.Errorf("history is %s, %v", got.body, err)
	}
}

func TestRangesAndConditions(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		ann := as(t, a, "ann")
		content := text(600_000)
		f := ann.upload("general", "a.txt", content)
		path := filePath("general", f)
		for _, c := range []struct {
			spec     string
			from, to int
		}{{"bytes=0-0", 0, 1}, {"bytes=261000-262000", 261000, 262001}, {"bytes=-10", 599990, 600000}, {"bytes=599999-", 599999, 600000}} {
			got := ann.get(path, "Range", c.spec)
			got.want(t, http.StatusPartialContent)
			if !bytes.Equal(got.body, content[c.from:c.to]) {
				t.Errorf("%s gives %d bytes", c.spec, len(got.body))
			}
		}
		several := ann.get(path, "Range", "bytes=0-9,500000-500009")
		several.want(t, http.StatusPartialContent)
		if !strings.HasPrefix(several.Header.Get("Content-Type"), "multipart/byteranges") || !bytes.Contains(several.body, content[500000:500010]) {
			t.Errorf("two ranges give %s %q", several.Header.Get("Content-Type"), several.body)
		}
		beyond := ann.get(path, "Range", "bytes=600000-")
		beyond.refused(t, http.StatusRequestedRangeNotSatisfiable, "RANGE", "")
		if beyond.Header.Get("Content-Range") != "bytes */600000" {
			t.Errorf("Content-Range is %q", beyond.Header.Get("Content-Range"))
		}
		ann.get(path, "If-None-Match", `"`+f.ID+`"`).want(t, http.StatusNotModified)
		head := ann.do(http.MethodHead, path, "", nil)
		if head.StatusCode != http.StatusOK || head.ContentLength != 600000 {
			t.Errorf("HEAD: %d, %d bytes", head.StatusCode, head.ContentLength)
		}
	})
}

func TestImagesHaveThumbnails(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		ann := as(t, a, "ann")
		for _, c := range []struct {
			name          string
			content       []byte
			w, h          int // of the image
			tw, th        int // of its thumbnail
			format, media string
		}{
			{"wide.png", asPNG(t, picture(1024, 256, true)), 1024, 256, 512, 128, "png", "image/png"},
			{"tall.jpg", asJPEG(t, picture(300, 900, false)), 300, 900, 170, 512, "jpeg", "image/jpeg"},
			{"small.png", asPNG(t, picture(10, 20, false)), 10, 20, 10, 20, "jpeg", "image/jpeg"},
			{"turned.jpg", turned(asJPEG(t, picture(600, 300, false))), 300, 600, 256, 512, "jpeg", "image/jpeg"},
		} {
			f := ann.upload("general", c.name, c.content)
			if f.Width != c.w || f.Height != c.h || !f.Thumbnail {
				t.Errorf("%s is %+v", c.name, f)
			}
			got := ann.get(filePath("general", f) + "/thumbnail")
			got.want(t, http.StatusOK)
			shown, format, err := image.DecodeConfig(bytes.NewReader(got.body))
			if err != nil || format != c.format || shown.Width != c.tw || shown.Height != c.th || got.Header.Get("Content-Type") != c.media {
				t.Errorf("%s: the thumbnail is %s %v, %s, %v", c.name, format, shown, got.Header.Get("Content-Type"), err)
			}
			whole := ann.get(filePath("general", f))
			if !bytes.Equal(whole.body, c.content) || !strings.HasPrefix(whole.Header.Get("Content-Disposition"), "inline") {
				t.Errorf("%s: %d bytes, %v", c.name, len(whole.body), whole.Header)
			}
		}
	})
}

// turned puts in front of a JPEG's first segment an Exif block that says: a quarter to the
// right.
func turned(content []byte) []byte {
	exif := append([]byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00"), 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0)
	segment := append([]byte{0xFF, 0xE1, 0, byte(len(exif) + 2)}, exif...)
	return append(append(bytes.Clone(content[:2]), segment...), content[2:]...)
}

// A player asks for the parts it needs. What it gets is of no active type, and its policy runs nothing where it is opened by itself.
func TestASoundIsGivenOutInPartsAndInItsPlace(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		ann := as(t, a, "ann")
		sound := wav(8000)
		f := ann.upload("general", "tone.wav", sound)
		path := filePath("general", f)
		whole := ann.get(path)
		whole.want(t, http.StatusOK)
		if whole.Header.Get("Accept-Ranges") != "bytes" {
			t.Errorf("Accept-Ranges is %q", whole.Header.Get("Accept-Ranges"))
		}
		part := ann.get(path, "Range", "bytes=44-143")
		part.want(t, http.StatusPartialContent)
		if !bytes.Equal(part.body, sound[44:144]) {
			t.Errorf("100 bytes of the sound are %d others", len(part.body))
		}
		for _, got := range []answer{whole, part} {
			h := got.Header
			if h.Get("Content-Type") != "audio/wav" || !strings.HasPrefix(h.Get("Content-Disposition"), "inline") {
				t.Errorf("%d: type %q, disposition %q", got.StatusCode, h.Get("Content-Type"), h.Get("Content-Disposition"))
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox; default-src 'none'") {
				t.Errorf("%d: headers %v", got.StatusCode, h)
			}
		}
	})
}

// wav is a second of silence at so many samples, of 8 bits each.
func wav(rate uint32) []byte {
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, 36+rate)...)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	for _, v := range []uint16{1, 1} { // PCM, one channel
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, rate) // bytes a second
	for _, v := range []uint16{1, 8} {            // bytes and bits of a sample
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = binary.LittleEndian.AppendUint32(append(b, "data"...), rate)
	return append(b, bytes.Repeat([]byte{128}, int(rate))...)
}
