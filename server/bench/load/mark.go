package load

import (
	"bytes"
	"fmt"
	"time"
)

// A mark stands in the text of every message, whatever the protocol around it: who sent it, the how manieth of his it is,
// and when. Its form is fixed, so that a delivery is checked without decoding JSON:
//
//	~#SSSSSSSS.NNNNNNNN.TTTTTTTTTTTTTTTT     sender, number, nanoseconds since 1970, in hex
const (
	markPrefix = "~#"
	markSize   = len(markPrefix) + 8 + 1 + 8 + 1 + 16
)

// mark is what the text of a message says of it.
type mark struct {
	sender uint32
	number uint32 // 0, 1, 2 … for each sender
	sent   int64  // nanoseconds since 1970
}

func (m mark) append(dst []byte) []byte {
	dst = append(dst, markPrefix...)
	dst = appendHex(dst, uint64(m.sender), 8)
	dst = append(dst, '.')
	dst = appendHex(dst, uint64(m.number), 8)
	dst = append(dst, '.')
	return appendHex(dst, uint64(m.sent), 16)
}

// wordSize is the length of a word, with the space before it; vocabulary is how many words there are.
const (
	wordSize   = 6
	vocabulary = 4096
)

// appendText makes the text of a message: a mark, and words up to size bytes, as a search finds them in what people write.
func (m mark) appendText(dst []byte, size int) []byte {
	dst = m.append(dst)
	word := m.sender*31 + m.number
	for i, letters := markSize, uint32(0); i < size; i++ {
		if at := (i - markSize) % wordSize; at == 0 && i < size-1 {
			word = word*1664525 + 1013904223 // a linear congruential generator's
			letters = word >> 16 % vocabulary
			dst = append(dst, ' ')
		} else {
			dst = append(dst, 'a'+byte((letters>>(at%4*3)&7)+uint32(at)))
		}
	}
	return dst
}

// findMark gives the mark of a delivered message; ok is false where there is none.
func findMark(payload []byte) (m mark, ok bool, err error) {
	at := bytes.Index(payload, []byte(markPrefix))
	if at < 0 {
		return mark{}, false, nil
	}
	b := payload[at:]
	if len(b) < markSize || b[10] != '.' || b[19] != '.' {
		return mark{}, false, fmt.Errorf("a broken mark: %.60q", b)
	}
	sender, ok1 := parseHex(b[2:10])
	number, ok2 := parseHex(b[11:19])
	sent, ok3 := parseHex(b[20:36])
	if !ok1 || !ok2 || !ok3 {
		return mark{}, false, fmt.Errorf("a broken mark: %.60q", b)
	}
	return mark{sender: uint32(sender), number: uint32(number), sent: int64(sent)}, true, nil
}

func (m mark) age(now time.Time) time.Duration { return time.Duration(now.UnixNano() - m.sent) }

func appendHex(dst []byte, v uint64, digits int) []byte {
	const alphabet = "0123456789abcdef"
	for shift := (digits - 1) * 4; shift >= 0; shift -= 4 {
		dst = append(dst, alphabet[v>>shift&0xf])
	}
	return dst
}

func parseHex(b []byte) (v uint64, ok bool) {
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			v = v<<4 | uint64(c-'0')
		case c >= 'a' && c <= 'f':
			v = v<<4 | uint64(c-'a'+10)
		default:
			return 0, false
		}
	}
	return v, true
}
