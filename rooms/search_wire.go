package rooms

import "strconv"

// AppendMembers appends messages, more and, where there are more, next as members of a JSON
// object, without its braces.
func (p *Found) AppendMembers(b []byte) []byte {
	b = append(b, `"messages":[`...)
	for i := range p.Messages {
		if i > 0 {
			b = append(b, ',')
		}
		b = p.Messages[i].AppendJSON(b)
	}
	b = strconv.AppendBool(append(b, `],"more":`...), p.Next != "")
	if p.Next == "" {
		return b
	}
	return AppendJSONString(append(b, `,"next":`...), p.Next)
}

// AppendJSON appends the message as get_history gives it, with the member snippet.
func (m *FoundMessage) AppendJSON(b []byte) []byte {
	b = m.Message.AppendJSON(b)
	b = append(b[:len(b)-1], `,"snippet":[`...)
	for i, part := range m.Snippet {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendJSONString(append(b, `{"text":`...), part.Text)
		b = append(strconv.AppendBool(append(b, `,"match":`...), part.Match), '}')
	}
	return append(b, `]}`...)
}
