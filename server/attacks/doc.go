// Package attacks attacks the whole program, one named test for each class of attack, on every entry of that class that the
// documents of the routes and events have: what is added to them is attacked without anybody's thinking of it. It has tests
// only. .github/SECURITY.md lists them, beside those of single packages.
//
// What a hostile client of Socket.IO does, and which test does it, by bytes on a raw socket unless it is one of this package.
// They are in server/socketio where nothing else is said:
//
//	many namespaces on one connection        TestAThousandNamespacesAskedFor
//	CONNECT twice, and over and over         TestFloodOfConnects, TestConnectAndLeaveOverAndOver,
//	                                         TestConnectingOverAndOverIsLimitedAsHandshakes (server/app)
//	events before CONNECT, or after leaving  TestHazard15ReservedNamesAndMalformedPackets
//	ids of acks that nobody can count        TestAckIDsThatJavaScriptCannotCount, TestKnownPackets
//	JSON 1,000 and 100,000 deep              TestDeeplyNestedJSON, TestHazard15ReservedNamesAndMalformedPackets
//	attachments: a million announced         TestKnownPackets, TestHazard07AttachmentsWithoutEnd
//	attachments: never sent, too many        TestAttachmentsThatNeverCome, TestMoreAttachmentsThanAnnounced,
//	                                         TestHazard08BinaryThatNobodyAnnounced
//	placeholders: out of range, doubled      TestKnownPackets, TestPlaceholdersThatAreDoubled
//	names: connect, newListener, __proto__   TestHazard15ReservedNamesAndMalformedPackets, TestNamesThatMeanSomethingElsewhere
//	polling: countless packets in a POST     TestHazard06PostOfCountlessPackets, TestPollingTakesWhatAWebSocketTakes
//	polling: no body, another content type   TestPollingTakesWhatAWebSocketTakes, TestHazard11PostOfAnotherContentTypeIsAnswered
//	polling: two POSTs, two GETs at once     TestTwoPostsAtOnceEndTheSession, TestTwoPollsAtOnceEndTheSession
//	the session of somebody else             TestTheSessionOfSomebodyElse
//	a session's id after its end             TestASessionsIDAfterItsEnd, TestPingPong
//	upgrade: two WebSockets                  TestUpgradeIsRefusedOnceDone
//	upgrade: never begun, never finished     TestUpgradeThatFailsLeavesThePolling, TestAProbeThatIsNeverFinished
//	frames: reserved bits, unmasked          TestFramesAreReadAsRFC6455Says, TestKnownFrames
//	frames: control in pieces or too long    TestFramesAreReadAsRFC6455Says
//	frames: too long, no UTF-8               TestFramesAreReadAsRFC6455Says, TestKnownFrames, TestHalfFramesHoldOnlyWhatCame
//	frames: a continuation of nothing        TestFramesAreReadAsRFC6455Says
//	close codes that may not be sent         TestClientCloses
//	compressed, though nobody agreed to it   TestKnownFrames, TestDecompressionBombs
//	slow headers and bodies                  TestSlowloris, TestHandshakeByteByByteThatNeverEnds, TestPostWhoseBodyNeverComes
//	a client that never reads                TestHazard10AReaderThatStopsIsCutAfterTheWriteTimeout,
//	                                         TestHazard10AReaderTooSlowToFollowIsClosedNeverSkipped,
//	                                         TestEventFloodWhoseAcksAreNeverRead
//	a flood of pings                         TestPingFloodWhosePongsAreNeverRead
//	pongs that never come                    TestPingPong
//
// Concurrency: none; each test has a program of its own. Lifecycle: programs and targets end with their test.
package attacks
