package dev.stillgate.fingerprint.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.ContextHashes;
import dev.stillgate.testkit.Conversation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A prompt cites the newest responses, wherever they are in it. */
class CitedHashesTest {
    private static final ContextHashes LENGTHS = new ContextHashes() {
        @Override
        public long ofText(CharSequence text) {
            return Long.parseLong(text.toString());
        }

        @Override
        public long ofId(CharSequence id) {
            return NONE;
        }
    };

    @Test
    void newestResponsesAreCitedAtAnyDistance() {
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            Conversation conversation = new Conversation();
            List<Long> responses = new ArrayList<>();
            int messages = random.nextInt(1, 60);
            int share = random.nextInt(1, 12);
            for (int m = 1; m <= messages; m++) {
                if (random.nextInt(share) == 0) {
                    responses.add((long) m);
                    conversation.assistant(String.valueOf(m));
                } else {
                    conversation.user("and then?");
                }
            }
            List<Long> newest =
                    responses.subList(Math.max(0, responses.size() - CitedHashes.MAX_MARKS), responses.size());
            assertThat(new CitedHashes(LENGTHS).of(conversation))
                    .isEqualTo(newest.stream().mapToLong(Long::longValue).toArray());
        }
    }
}
