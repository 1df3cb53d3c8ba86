package dev.stillgate.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http2RequestHeadReader;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class Http2UploadTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Duration ANY = Duration.ofSeconds(15);
    private static final ListenOptions TERMS = new ListenOptions(
            0, 1024, 512, ANY, Duration.ofSeconds(10), 100, Duration.ofSeconds(60), ANY, 10, true, () -> false);

    private final Http2Upload upload = new Http2Upload(new ClientPace(TERMS));

    private static Http1Head head(String... fields) throws BadMessage {
        Http1Head head = new Http1Head();
        Http2RequestHeadReader reader = new Http2RequestHeadReader(512);
        reader.beginRequest(head);
        reader.field(":method", "POST");
        reader.field(":scheme", "https");
        reader.field(":authority", "gateway.example");
        reader.field(":path", "/");
        for (int i = 0; i < fields.length; i += 2) {
            reader.field(fields[i], fields[i + 1]);
        }
        reader.end();
        return head;
    }

    private String late(long second) {
        return upload.expiredTimeout(second * SECOND, TERMS, false);
    }

    @Test
    void contentOfAnnouncedLengthIsAccepted() throws BadMessage {
        assertThat(upload.start(head("content-length", "5"), false).length()).isEqualTo(5);
        assertThat(upload.receive(4, false)).isTrue();
        assertThat(upload.receive(1, true)).isTrue();
        assertThat(upload.isComplete()).isTrue();
    }

    @Test
    void contentOfAnotherLengthIsMalformed() throws BadMessage {
        upload.start(head("content-length", "5"), false);
        assertThat(upload.receive(4, false)).isTrue();
        assertThat(upload.receive(2, false)).isFalse();
        Http2Upload shorter = new Http2Upload(new ClientPace(TERMS));
        shorter.start(head("content-length", "5"), false);
        assertThat(shorter.receive(4, true)).isFalse();
        Http2Upload none = new Http2Upload(new ClientPace(TERMS));
        assertThatThrownBy(() -> none.start(head("content-length", "5"), true)).isInstanceOf(BadMessage.class);
    }

    @Test
    void contentWithoutLengthIsAccepted() throws BadMessage {
        assertThat(upload.start(head(), false)).isEqualTo(BodyFraming.CHUNKED);
        assertThat(upload.isLarge()).isTrue();
        assertThat(upload.receive(1_000_000, false)).isTrue();
        assertThat(upload.receive(0, true)).isTrue();
    }

    @Test
    void stalledContentTimesOut() throws BadMessage {
        upload.start(head(), false);
        assertThat(late(3)).isNull();
        upload.receive(5_000, false);
        assertThat(late(4)).isNull();
        assertThat(late(13)).isNull();
        assertThat(late(14)).isEqualTo("body-timeout");
    }

    @Test
    void drippingContentTimesOut() throws BadMessage {
        upload.start(head(), false);
        for (int second = 0; second < 10; second++) {
            upload.receive(10, false);
            assertThat(late(second)).isNull();
        }
        upload.receive(10, false);
        assertThat(late(10)).isEqualTo("body-too-slow");
    }

    @Test
    void contentBeforeTheFirstTickCounts() throws BadMessage {
        upload.start(head(), false);
        upload.receive(1_000, false);
        assertThat(late(1)).isNull();
        upload.receive(1, false);
        assertThat(late(10)).isNull();
        upload.receive(1, false);
        assertThat(late(11)).isNull();
    }

    /** A paused stream can exhaust the connection's window, which all streams share. */
    @Test
    void pausedContentDoesNotTimeOut() throws BadMessage {
        upload.start(head(), false);
        assertThat(late(0)).isNull();
        for (int second = 1; second < 40; second++) {
            assertThat(upload.expiredTimeout(second * SECOND, TERMS, true)).isNull();
        }
        assertThat(late(48)).isNull();
        upload.pause(true);
        assertThat(late(60)).isNull();
        upload.pause(false);
        assertThat(late(69)).isNull();
        assertThat(late(70)).isEqualTo("body-timeout");
    }

    @Test
    void completeContentNeverTimesOut() throws BadMessage {
        upload.start(head(), true);
        assertThat(late(0)).isNull();
        assertThat(late(1000)).isNull();
    }
}
