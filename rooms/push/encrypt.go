package push

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
)

const (
	// authBytes and saltBytes are the lengths of a device's secret and of a message's salt (RFC 8291, 3.2 and RFC 8188, 2.1).
	authBytes = 16
	saltBytes = 16
	// recordBytes is the record size that is told. All is in one record, which may be shorter.
	recordBytes = 4096
	// plainBytes is what every message is padded to, so that its length tells nothing of it. Services take 4096 bytes in all
	// (RFC 8030, 7.2); some old relays no more than 3 KiB.
	plainBytes = 2048
	// lastRecord ends the content of the last record; zeros follow (RFC 8188, 2).
	lastRecord = 0x02
)

// encrypt makes the body of a request out of a message of less than plainBytes, with a key and a salt of its own.
func encrypt(message []byte, device *ecdh.PublicKey, auth []byte) ([]byte, error) {
	sender, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	return seal(message, plainBytes, device, auth, sender, salt)
}

// seal is RFC 8291, 3.4. The message is padded to size, if it is shorter.
func seal(message []byte, size int, device *ecdh.PublicKey, auth []byte, sender *ecdh.PrivateKey, salt []byte) ([]byte, error) {
	shared, err := sender.ECDH(device)
	if err != nil {
		return nil, err
	}
	public := sender.PublicKey().Bytes()
	info := "WebPush: info\x00" + string(device.Bytes()) + string(public)
	secret, err := hkdf.Key(sha256.New, shared, auth, info, sha256.Size)
	if err != nil {
		return nil, err
	}
	const keyBytes, nonceBytes = 16, 12 // of AES-128-GCM
	key, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: aes128gcm\x00", keyBytes)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: nonce\x00", nonceBytes)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	// The nonce is derived from a salt that is used once, as the RFC says: it never comes again with this key.
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain := make([]byte, max(size, len(message)+1))
	copy(plain, message)
	plain[len(message)] = lastRecord

	body := append([]byte{}, salt...)
	body = binary.BigEndian.AppendUint32(body, recordBytes)
	body = append(append(body, byte(len(public))), public...)
	return gcm.Seal(body, nonce, plain, nil), nil
}
