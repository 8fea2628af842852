package auth

import "testing"

// BenchmarkPassword is what one sign-in costs.
func BenchmarkPassword(b *testing.B) {
	p := newPasswords()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.hash(b.Context(), "correct horse"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerify is what each handshake and each request costs.
func BenchmarkVerify(b *testing.B) {
	tokens := testTokens(b, "", "")
	token := sign(b, with(nil))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tokens.Verify(token); err != nil {
			b.Fatal(err)
		}
	}
}
