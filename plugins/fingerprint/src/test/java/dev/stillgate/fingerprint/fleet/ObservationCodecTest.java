package dev.stillgate.fingerprint.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.stillgate.fingerprint.capture.Dialect;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.capture.PromptReadTask;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ObservationCodecTest {
    private final Random random = new Random(7);

    /** Fills every public field by reflection, so that new fields are covered. */
    private Observation filled() throws IllegalAccessException {
        Observation seen = new Observation();
        fill(seen);
        seen.prompt = new PromptFeatures();
        fill(seen.prompt);
        return seen;
    }

    private void fill(Object object) throws IllegalAccessException {
        for (Field field : object.getClass().getFields()) {
            if (Modifier.isStatic(field.getModifiers())
                    || field.getType() == PromptFeatures.class
                    || field.getType() == PromptReadTask.class) {
                continue;
            }
            switch (field.get(object)) {
                case Boolean no -> field.set(object, true);
                case Long zero -> field.set(object, random.nextLong() >>> 1);
                case Integer zero -> field.set(object, random.nextInt() >>> 1);
                case Double none -> field.set(object, random.nextDouble());
                case Dialect other -> field.set(object, Dialect.GEMINI);
                case long[] none -> field.set(object, random.longs(8).toArray());
                case int[] places -> System.arraycopy(random.ints(16).toArray(), 0, places, 0, places.length);
                case float[] dimensions ->
                    java.util.Arrays.setAll(
                            new Object[dimensions.length],
                            i -> dimensions[i] = random.nextInt(-32_000, 32_001) / 32_000f);
                case Map<?, ?> none -> field.set(object, Map.of("payment", "h:ü", "device", "h:日"));
                case null, default ->
                    field.set(
                            object,
                            field.getType() == Instant.class
                                    ? Instant.ofEpochSecond(random.nextInt())
                                    : field.getName() + " ü日");
            }
        }
    }

    private static byte[] written(Observation seen) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ObservationCodec.write(new DataOutputStream(bytes), seen);
        return bytes.toByteArray();
    }

    private static Observation read(byte[] bytes) throws IOException {
        return ObservationCodec.read(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    @Test
    void everyFieldButTheSampleSurvives() throws IllegalAccessException, IOException {
        Observation seen = filled();
        Observation back = read(written(seen));
        assertThat(back).usingRecursiveComparison().ignoringFields("sample").isEqualTo(seen);
        assertThat(back.sample).isNull();
        assertThat(read(written(new Observation())))
                .usingRecursiveComparison()
                .withEqualsForType(Double::equals, Double.class) // NaN for what a request does not say
                .isEqualTo(new Observation());
    }

    @Test
    void clientTextsAreTruncatedButIdsAreNot() throws IOException {
        Observation seen = new Observation();
        seen.model = "m".repeat(1_000_000);
        seen.software = "日".repeat(5000);
        seen.organisation = seen.software;
        seen.country = seen.software;
        seen.operator = seen.software;
        seen.tier = seen.software;
        seen.account = "日".repeat(1024);
        assertThat(ObservationCodec.fits(seen)).isTrue();
        byte[] bytes = written(seen);
        assertThat(bytes.length).isLessThan(ObservationCodec.MAX_BYTES);
        assertThat(read(bytes).model).hasSize(256);
        assertThat(read(bytes).account).isEqualTo(seen.account);
        seen.account += "x";
        assertThat(ObservationCodec.fits(seen)).isFalse();
    }

    @Test
    void ordinaryObservationIsSmall() throws IllegalAccessException, IOException {
        Observation seen = filled();
        seen.cited = new long[1];
        assertThat(written(seen).length).isLessThan(600);
    }

    @Test
    void arbitraryBytesAreReadOrRefused() throws IllegalAccessException, IOException {
        byte[] whole = written(filled());
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = whole.clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            byte[] cut = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            assertThatCode(() -> {
                        try {
                            read(cut);
                        } catch (IOException refused) {
                            assertThat(refused).isNotNull();
                        }
                    })
                    .doesNotThrowAnyException();
        }
    }
}
