package socketio

import (
	"encoding/json"
	"fmt"
	"testing"
)

func TestReadPacket(t *testing.T) {
	for text, want := range map[string]packet{
		`0`:                       {kind: '0', namespace: "/"},
		`0{"a":1}`:                {kind: '0', namespace: "/", payload: []byte(`{"a":1}`)},
		`0/,{"a":1}`:              {kind: '0', namespace: "/", payload: []byte(`{"a":1}`)},
		`0/custom`:                {kind: '0', namespace: "/custom"},
		`1/a,`:                    {kind: '1', namespace: "/a"},
		`212["x"]`:                {kind: '2', namespace: "/", ackID: []byte("12"), payload: []byte(`["x"]`)},
		`3/a,7[]`:                 {kind: '3', namespace: "/a", ackID: []byte("7"), payload: []byte(`[]`)},
		`52-/a,3["x"]`:            {kind: '5', namespace: "/a", attachments: 2, ackID: []byte("3"), payload: []byte(`["x"]`)},
		`50-["x"]`:                {kind: '5', namespace: "/", payload: []byte(`["x"]`)},
		`2123456789012345["x"]`:   {kind: '2', namespace: "/", ackID: []byte("123456789012345"), payload: []byte(`["x"]`)},
		`2["a,b/c-1"]`:            {kind: '2', namespace: "/", payload: []byte(`["a,b/c-1"]`)},
		`616-1[{"a":1},"2",null]`: {kind: '6', namespace: "/", attachments: 16, ackID: []byte("1"), payload: []byte(`[{"a":1},"2",null]`)},
	} {
		got, err := readPacket([]byte(text))
		if err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s: %+v %v, want %+v", text, got, err, want)
		}
	}
	for text, want := range map[string]error{
		"": errPacketType, "7": errPacketType, "a": errPacketType,
		`5["x"]`: errAttachments, `5-["x"]`: errAttachments, `517-["x"]`: errAttachments, `5a-`: errAttachments, `51`: errAttachments,
		`21234567890123456[]`: errAckID,
	} {
		if _, err := readPacket([]byte(text)); err != want {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
}

// FuzzPacket holds the decoder to this: it never panics; what it takes for an event has a name that is not reserved and
// arguments that are JSON and nobody else's memory.
func FuzzPacket(f *testing.F) {
	for _, seed := range []string{
		`0`, `0{"token":"x"}`, `2["x"]`, `212["x",{"a":[1,2]},null]`, `2/a,1["x"]`, `31[1]`, `50-["x"]`, `51-7["x",{"_placeholder":true,"num":0}]`,
		`2`, `450-`, `2["connect"]`, `2[1]`, `2[]`, `2{}`, `2["\u0000"]`, "2[\"a\",\"\xff\"]", `3`, `4{"message":"x"}`, `1`, `2 ["x"] `, `2["x"]x`,
	} {
		f.Add([]byte(seed))
	}
	for _, fault := range knownPackets {
		f.Add([]byte(fault.text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := readPacket(text)
		if err != nil {
			return
		}
		switch p.kind {
		case packetEvent, packetBinaryEvent:
			name, args, err := readEvent(p.payload)
			if err != nil {
				return
			}
			if reserved(name) {
				t.Fatalf("%q: the name %q is reserved", text, name)
			}
			for i := range p.payload {
				p.payload[i] = 'x'
			}
			for _, arg := range args {
				if !json.Valid(arg) {
					t.Fatalf("%q: argument %q", text, arg)
				}
			}
		case packetConnect:
			auth, err := readAuth(p.payload)
			if err == nil && (!json.Valid(auth) || auth[0] != '{' && json.Unmarshal(auth, &map[string]any{}) != nil) {
				t.Fatalf("%q: auth %q", text, auth)
			}
		}
	})
}
