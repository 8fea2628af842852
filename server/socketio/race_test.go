//go:build race

package socketio

// raceDetector says whether these tests run under it: it has pools let go of what they hold at random.
const raceDetector = true
