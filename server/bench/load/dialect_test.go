package load

import "testing"

func TestWhatServersSayIsToldApart(t *testing.T) {
	type said struct {
		text string
		kind Kind
	}
	for name, c := range map[string]struct {
		dialect Dialect
		payload string
		want    []said
	}{
		"socket.io ping":       {SocketIO{}, "2", []said{{"2", Ping}}},
		"socket.io delivery":   {SocketIO{}, `42["new_message",{"text":"x"}]`, []said{{`42["new_message",{"text":"x"}]`, Delivery}}},
		"socket.io ack":        {SocketIO{}, `4312[{"ok":true}]`, []said{{`4312[{"ok":true}]`, Ack}}},
		"socket.io refusal":    {SocketIO{}, `4312[{"error":{"code":"FORBIDDEN"}}]`, []said{{`4312[{"error":{"code":"FORBIDDEN"}}]`, Refusal}}},
		"socket.io disconnect": {SocketIO{}, `41`, []said{{`41`, Other}}},
		"socket.io no entry":   {SocketIO{}, `44{"message":"no"}`, []said{{`44{"message":"no"}`, Refusal}}},
		"socket.io another":    {SocketIO{}, `42["typing",{}]`, []said{{`42["typing",{}]`, Other}}},
		"centrifuge": {Centrifuge{}, "{}\n" + `{"id":12,"publish":{}}` + "\n" + `{"push":{"channel":"a","pub":{"data":{}}}}` + "\n" + `{"id":13,"error":{"code":103}}`, []said{
			{"{}", Ping}, {`{"id":12,"publish":{}}`, Ack}, {`{"push":{"channel":"a","pub":{"data":{}}}}`, Delivery}, {`{"id":13,"error":{"code":103}}`, Refusal},
		}},
	} {
		rest := []byte(c.payload)
		for _, want := range c.want {
			var message []byte
			var kind Kind
			message, kind, rest = c.dialect.Next(rest)
			if string(message) != want.text || kind != want.kind {
				t.Errorf("%s: %s is of kind %d, want %s of %d", name, message, kind, want.text, want.kind)
			}
		}
		if len(rest) > 0 {
			t.Errorf("%s: %q is left", name, rest)
		}
	}
}

func TestWhatWasMissedIsCountedAndInOrder(t *testing.T) {
	answer := func(numbers ...uint32) []byte {
		b := []byte(`431[{"ok":true,"events":[`)
		for _, n := range numbers {
			text := mark{sender: 1, number: n}.append(nil)
			b = append(append(append(append(append(b, `{"text":"`...), text...), `","clientId":"`...), text...), `"},`...)
		}
		return append(b, `]}]`...)
	}
	for name, c := range map[string]struct {
		answer []byte
		ok     bool
	}{
		"all":       {answer(0, 1, 2), true},
		"too few":   {answer(0, 1), false},
		"doubled":   {answer(0, 1, 1), false},
		"overtaken": {answer(1, 0, 2), false},
		"none":      {answer(), false},
	} {
		if err := (Resume{Missed: 3}).check(c.answer); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
