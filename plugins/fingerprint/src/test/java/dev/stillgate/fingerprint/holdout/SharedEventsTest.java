package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SharedEventsTest {
    private final Random random = new Random(5);
    private final SharedEvents events = new SharedEvents();

    /** Returns a random topic with an offset in one direction. */
    private float[] about(int direction, double much) {
        float[] topic = new float[PromptFeatures.TOPICS];
        for (int d = 0; d < topic.length; d++) {
            topic[d] = (float) (random.nextGaussian() / Math.sqrt(topic.length));
        }
        topic[direction] += (float) much;
        return topic;
    }

    /** Records a hundred events of five texts within three minutes each. */
    private void texts(double common, boolean ofOneEvent) {
        for (int event = 0; event < 100; event++) {
            int direction = 1 + random.nextInt(PromptFeatures.TOPICS - 1);
            for (int k = 0; k < 5; k++) {
                int about = ofOneEvent ? direction : 1 + random.nextInt(PromptFeatures.TOPICS - 1);
                float[] topic = about(about, 1.5);
                topic[0] += (float) common;
                events.add(event * 7200 + k * 40, topic);
            }
        }
    }

    @Test
    void simultaneousTextsOnOneTopicAreShared() {
        texts(0, true);
        assertThat(events.isShared()).isTrue();
    }

    @Test
    void commonTopicOfAllTextsDoesNotHideEvents() {
        texts(2, true);
        assertThat(events.isShared()).isTrue();
    }

    @Test
    void differentTopicsAreNotShared() {
        texts(0, false);
        assertThat(events.isShared()).isFalse();
    }

    @Test
    void textsOfOneTemplateAreNotShared() {
        texts(4, false);
        assertThat(events.isShared()).isFalse();
    }

    @Test
    void fewTextsAreNotShared() {
        assertThat(events.isShared()).isFalse();
        for (int k = 0; k < 4; k++) {
            events.add(60 * k, about(k < 2 ? 1 : 2, 9));
            events.add(7200 + k, new float[PromptFeatures.TOPICS]);
        }
        assertThat(events.isShared()).isFalse();
    }
}
