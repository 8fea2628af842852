package rooms

import (
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/gif" // image.Decode knows what is imported
	"image/jpeg"
	"image/png"
	"io"
	"runtime"
	"time"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // as above
	"golang.org/x/sync/semaphore"
)

const (
	// thumbnailSide is the longest side of a thumbnail, in pixels: what a preview takes on a
	// screen of twice the density.
	thumbnailSide = 512
	// maxPixels bounds what is decoded, by what the header says, before anything is: 40
	// megapixels take some 160 MB. It is also what is decoded at once, of all images together.
	maxPixels = 40_000_000
	// thumbnailQuality is that of a JPEG.
	thumbnailQuality = 80
	// decodeTime is how long an image may take to be decoded: 40 megapixels take some seconds. A progressive JPEG has its decoder go over all pixels once
	// for each of its scans, which may take 64 bytes: without a bound one of 25 MiB takes an hour, and meanwhile nobody else's are made small.
	decodeTime = 20 * time.Second
	// decodeStep is how much of a file a decoder is given at once, in bytes: between two of them it can be broken off.
	decodeStep = 512
)

// errNoThumbnail says that an image is not one that can be made small.
var errNoThumbnail = errors.New("the image cannot be decoded")

// imaging makes thumbnails.
//
// Concurrency: safe for concurrent use. As many images are decoded at once as there are
// cores, and fewer where they are large.
type imaging struct {
	pixels *semaphore.Weighted
	most   time.Duration // that one may take to be decoded
}

func newImaging() *imaging { return &imaging{semaphore.NewWeighted(maxPixels), decodeTime} }

// preview is what an image shows of itself.
type preview struct {
	width, height int    // as it is shown; 0: not known
	thumbnail     []byte // empty: none
}

// preview reads an image's size, and makes its thumbnail where it can be decoded. What it
// cannot read is no error: the file is kept as it is.
func (g *imaging) preview(ctx context.Context, content io.ReadSeeker) (preview, error) {
	header, _, err := image.DecodeConfig(content)
	if err != nil || header.Width < 1 || header.Height < 1 {
		return preview{}, readFailure(err)
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return preview{}, err
	}
	turn := orientationOf(content)
	p := preview{width: header.Width, height: header.Height}
	if turn.sideways() {
		p.width, p.height = p.height, p.width
	}
	if int64(header.Width)*int64(header.Height) > maxPixels {
		return p, nil
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return preview{}, err
	}
	p.thumbnail, err = g.shrink(ctx, content, int64(header.Width)*int64(header.Height), turn)
	if errors.Is(err, errNoThumbnail) {
		return p, nil
	}
	return p, err
}

// readFailure tells a store that failed from an image that is none.
func readFailure(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// shrink decodes an image of so many pixels and encodes its thumbnail.
func (g *imaging) shrink(ctx context.Context, content io.Reader, pixels int64, turn orientation) ([]byte, error) {
	weight := max(pixels, maxPixels/int64(runtime.GOMAXPROCS(0)))
	if err := g.pixels.Acquire(ctx, weight); err != nil {
		return nil, err
	}
	defer g.pixels.Release(weight)
	decoding, cancel := context.WithTimeout(ctx, g.most)
	defer cancel()
	whole, _, err := image.Decode(&timely{decoding, content})
	if err != nil {
		return nil, errors.Join(errNoThumbnail, readFailure(err))
	}
	if int64(whole.Bounds().Dx())*int64(whole.Bounds().Dy()) > maxPixels { // its header lied
		return nil, errNoThumbnail
	}
	return encodeThumbnail(turn.apply(scaled(whole)))
}

// timely is read while a context lasts, a little at a time.
type timely struct {
	ctx  context.Context
	from io.Reader
}

func (r *timely) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p[:min(len(p), decodeStep)])
}

// scaled gives an image no side of which is over thumbnailSide; a small one as it is.
func scaled(whole image.Image) *image.NRGBA {
	b := whole.Bounds()
	w, h := b.Dx(), b.Dy()
	if long := max(w, h); long > thumbnailSide {
		w, h = max(w*thumbnailSide/long, 1), max(h*thumbnailSide/long, 1)
	}
	small := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.BiLinear.Scale(small, small.Bounds(), whole, b, draw.Src, nil)
	return small
}

// encodeThumbnail keeps what shines through, as PNG; the rest is smaller as JPEG.
func encodeThumbnail(small *image.NRGBA) ([]byte, error) {
	var b bytes.Buffer
	if small.Opaque() {
		err := jpeg.Encode(&b, small, &jpeg.Options{Quality: thumbnailQuality})
		return b.Bytes(), err
	}
	err := png.Encode(&b, small)
	return b.Bytes(), err
}
