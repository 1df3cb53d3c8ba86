package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TrainCommandTest {
    @Test
    void everyRequestOfATrainingRunIsServed() {
        assertThat(Lines.of("train", "--requests", "12"))
                .isEqualTo(new Lines(0, "12 of 12 requests were served\n", ""));
    }
}
