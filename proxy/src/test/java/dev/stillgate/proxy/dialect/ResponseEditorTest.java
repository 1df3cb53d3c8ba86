package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ResponseTap;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Editing of our own and recorded responses: only prose changes, however the response is split. */
@Tag("slow")
class ResponseEditorTest {
    /** Passes a response through an editor and collects the output. */
    static final class Run implements ResponseEditor.Out {
        private final ResponseEditor editor;
        private final ByteArrayOutputStream passed = new ByteArrayOutputStream();
        int last = -1;

        Run(Operation operation, boolean sse, ResponseTap.Prose tap) {
            editor = new ResponseEditor(operation, sse, tap);
        }

        void read(byte[] body, int from, int to) {
            byte[] piece = new byte[to - from + 2]; // a piece is a range of a reused array
            System.arraycopy(body, from, piece, 1, to - from);
            editor.read(piece, 1, to - from, this);
            java.util.Arrays.fill(piece, (byte) '#');
        }

        @Override
        public void write(byte[] bytes, int from, int to) {
            passed.write(bytes, from, to - from);
        }

        @Override
        public void last() {
            assertThat(last).as("calls of last()").isEqualTo(-1);
            last = passed.size();
            editor.release();
        }

        byte[] end() {
            editor.end(this);
            assertThat(editor.isEmpty()).isTrue();
            assertThat(last).isNotNegative();
            return passed.toByteArray();
        }

        byte[] passed() {
            return passed.toByteArray();
        }
    }

    static byte[] edit(Fixtures.Response answer, ResponseTap.Prose tap, int... cuts) {
        Run run = new Run(answer.operation(), answer.sse(), tap);
        int from = 0;
        for (int cut : cuts) {
            run.read(answer.body(), from, cut);
            from = cut;
        }
        run.read(answer.body(), from, answer.body().length);
        return run.end();
    }

    private static byte[] editPieces(Fixtures.Response answer, ResponseTap.Prose tap, int size) {
        int length = answer.body().length;
        int[] cuts = new int[Math.max(0, (length - 1) / size)];
        for (int i = 0; i < cuts.length; i++) {
            cuts[i] = (i + 1) * size;
        }
        return edit(answer, tap, cuts);
    }

    static List<Fixtures.Response> own() {
        return Fixtures.own().stream()
                .filter(answer -> answer.operation().carriesResponses())
                .toList();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @MethodSource("own")
    void identityTapChangesNoByte(Fixtures.Response answer) {
        for (int size : new int[] {1, 2, 3, 7, 64, 1 << 20}) {
            byte[] passed = editPieces(answer, ReplacingTap.same(), size);
            assertThat(text(passed)).isEqualTo(text(answer.body()));
        }
    }

    @ParameterizedTest
    @MethodSource("own")
    void onlyProseIsReplacedAtEverySplit(Fixtures.Response answer) {
        byte[] whole = edit(answer, ReplacingTap.changing());
        check(answer, ReplacingTap.changing(), whole);
        int length = answer.body().length;
        for (int cut = 1; cut < length; cut += Math.max(1, length / 400)) {
            assertThat(edit(answer, ReplacingTap.changing(), cut)).isEqualTo(whole);
        }
        for (int size : new int[] {1, 2, 5, 13, 100}) {
            assertThat(editPieces(answer, ReplacingTap.changing(), size)).isEqualTo(whole);
        }
        for (int lag : new int[] {1, 10, 500}) {
            ReplacingTap lagging = new ReplacingTap(lag, "e", "E-E");
            check(answer, lagging, edit(answer, lagging));
        }
    }

    @Test
    @Tag("shared")
    void onlyProseOfRecordingsIsReplaced() {
        List<Fixtures.Recording> recorded = Fixtures.recorded();
        Random random = new Random(5);
        int tapped = 0;
        for (Fixtures.Recording recording : recorded) {
            Fixtures.Response answer = recording.answer();
            if (recording.status() != 200 || !answer.operation().carriesResponses()) {
                continue;
            }
            assertThat(text(edit(answer, ReplacingTap.same())))
                    .as(answer.name())
                    .isEqualTo(text(answer.body()));
            ReplacingTap tap = ReplacingTap.changing();
            byte[] whole = edit(answer, tap);
            check(answer, ReplacingTap.changing(), whole);
            tapped += tap.seen.isEmpty() ? 0 : 1;
            for (int i = 0; i < 3; i++) {
                int size = 1 + random.nextInt(answer.body().length);
                assertThat(text(editPieces(answer, ReplacingTap.changing(), size)))
                        .as(answer.name())
                        .isEqualTo(text(whole));
            }
            ReplacingTap lagging = new ReplacingTap(40, "e", "E-E");
            check(answer, lagging, edit(answer, lagging));
        }
        assertThat(tapped).isGreaterThan(300);
    }

    static List<Fixtures.Response> streams() {
        return own().stream().filter(Fixtures.Response::sse).toList();
    }

    /** Bytes that another gateway writes between the events of a silent stream. */
    @ParameterizedTest
    @MethodSource("streams")
    void keepAlivesOfUpstreamPassBesideEdits(Fixtures.Response answer) {
        String edited = text(edit(answer, ReplacingTap.changing()));
        Fixtures.Response commented = answer.withKeepAlives(": keep-alive\n");
        Fixtures.Response spaced = answer.withKeepAlives("\n\n");
        for (int size : new int[] {1, 2, 3, 7, 64, 1 << 20}) {
            assertThat(text(editPieces(commented, ReplacingTap.changing(), size))
                            .replace(": keep-alive\n", ""))
                    .isEqualTo(edited);
            assertThat(text(editPieces(spaced, ReplacingTap.changing(), size)).replaceAll("^\n\n|(?<=\n\n)\n\n", ""))
                    .isEqualTo(edited);
        }
    }

    /** Compares the edited response with the original. */
    private static void check(Fixtures.Response answer, ReplacingTap tap, byte[] passed) {
        PlainProse before = PlainProse.read(answer.operation(), answer.sse(), answer.body());
        PlainProse after = PlainProse.read(answer.operation(), answer.sse(), passed);
        assertThat(after.texts.keySet()).as(answer.name()).containsExactlyElementsOf(before.texts.keySet());
        before.texts.forEach((key, text) -> assertThat(after.texts.get(key).toString())
                .as(answer.name() + " " + key)
                .isEqualTo(tap.of(text.toString())));
        before.repeats.forEach((key, texts) -> assertThat(after.repeats.get(key))
                .as(answer.name() + " " + key)
                .isEqualTo(texts.stream().map(tap::of).toList()));
        assertThat(after.comments.toString()).isEqualTo(before.comments.toString());
        List<String> extra = new ArrayList<>();
        int at = 0;
        for (String event : after.events) {
            if (at < before.events.size() && before.events.get(at).equals(event)) {
                at++;
            } else {
                extra.add(event);
            }
        }
        assertThat(before.events.subList(at, before.events.size()))
                .as(answer.name() + " has missing events, and additional ones: " + extra)
                .isEmpty();
        assertThat(extra.size()).isLessThanOrEqualTo(before.texts.size());
        assertThat(extra).allMatch(event -> event.contains("§"));
        for (int i = 1; i < after.numbers.size(); i++) {
            assertThat(after.numbers.get(i) - after.numbers.get(i - 1))
                    .isEqualTo(
                            i < before.numbers.size() && extra.isEmpty()
                                    ? before.numbers.get(i) - before.numbers.get(i - 1)
                                    : 1);
        }
    }
}
