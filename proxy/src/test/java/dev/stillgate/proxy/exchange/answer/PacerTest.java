package dev.stillgate.proxy.exchange.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.testkit.FakeTicker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PacerTest {
    private final FakeTicker ticker = new FakeTicker();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final StringBuilder passed = new StringBuilder();
    private final PacedMemory memory = new PacedMemory();
    private int steps;

    PacerTest() {
        channel.freezeTime();
    }

    private Pacer pacer(long bytesPerSecond) {
        return new Pacer(
                channel.eventLoop(),
                ticker,
                memory,
                bytesPerSecond,
                bytes -> {
                    passed.append(bytes.toString(StandardCharsets.US_ASCII));
                    bytes.release();
                },
                () -> steps++);
    }

    private void pass(long millis) {
        for (long at = 0; at < millis; at += 50) {
            ticker.advance(Duration.ofMillis(50));
            channel.advanceTimeBy(50, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    private static ByteBuf bytes(int count) {
        return Unpooled.copiedBuffer("x".repeat(count), StandardCharsets.US_ASCII);
    }

    @Test
    void bytesPassAtThePaceWithoutLoss() {
        Pacer pacer = pacer(100);
        pacer.offer(bytes(100));
        assertThat(passed).hasSize(5);
        pass(500);
        assertThat(passed.length()).isBetween(50, 60);
        pass(1000);
        assertThat(passed).hasSize(100);
        assertThat(pacer.isEmpty()).isTrue();
        assertThat(steps).as("each step is flushed").isBetween(18, 20);
        assertThat(memory.held()).isZero();
    }

    @Test
    void pauseIsRequestedAboveTheLimit() {
        Pacer pacer = pacer(100_000);
        pacer.offer(bytes(Pacer.MOST));
        assertThat(pacer.full()).isFalse();
        pacer.offer(bytes(20_000));
        assertThat(pacer.full()).isTrue();
        pass(200);
        assertThat(pacer.full()).isFalse();
        pacer.close();
        assertThat(memory.held()).isZero();
    }

    @Test
    void bufferLimitShrinksWhileMemoryIsScarce() {
        Pacer pacer = pacer(100_000);
        memory.add(16 << 20);
        pacer.offer(bytes(80_000));
        assertThat(pacer.full()).isTrue();
        pass(200);
        assertThat(pacer.full()).isFalse();
        pacer.close();
    }

    @Test
    void smallPiecesAreJoinedInOrder() {
        Pacer pacer = pacer(10_000);
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            String text = i % 500 == 0 ? "y".repeat(5_000) : i + " ";
            ByteBuf piece = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
            expected.append(text);
            pacer.offer(piece);
            assertThat(piece.refCnt()).as("piece %d", i).isEqualTo(i == 0 || text.length() == 5_000 ? 1 : 0);
        }
        pass(6_000);
        assertThat(passed).hasToString(expected.toString());
        assertThat(pacer.isEmpty()).isTrue();
        assertThat(pacer.heldBytes()).isZero();
    }

    @Test
    void paceBelowOneByteAStepWorks() {
        Pacer pacer = pacer(2);
        pacer.offer(bytes(10));
        pass(2_000);
        assertThat(passed.length()).isBetween(3, 5);
        pass(5_000);
        assertThat(passed).hasSize(10);
    }

    @Test
    void idleTimeDoesNotAccumulateABurst() {
        Pacer pacer = pacer(1000);
        pass(10_000);
        pacer.offer(bytes(5_000));
        assertThat(passed.length()).isLessThanOrEqualTo(100);
        pacer.close();
    }

    @Test
    void longResponsePassesBeforeSdksTimeOut() {
        Pacer pacer = pacer(30);
        pacer.offer(bytes(100_000));
        pass(100_000);
        assertThat(passed.length())
                .as("the pace of 30 bytes per second would be 3,000")
                .isBetween(22_000, 23_000);
        pacer.offer(bytes(100_000));
        pass(Pacer.LONGEST.toMillis() - 100_000);
        assertThat(pacer.heldBytes()).isLessThan(2_000);
        pass(10_000);
        assertThat(pacer.isEmpty()).isTrue();
    }

    @Test
    void closeReleasesBuffers() {
        Pacer pacer = pacer(1);
        ByteBuf held = bytes(1000);
        pacer.offer(held);
        pacer.close();
        assertThat(held.refCnt()).isZero();
        pass(1000);
        assertThat(passed.length()).isLessThan(2);
    }
}
