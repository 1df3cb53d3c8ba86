package dev.stillgate.fingerprint.text;

import dev.stillgate.spi.BodyView;

/** Reads a prompt and its text in one call. */
final class WholeReader {
    private final PromptReaders readers;

    WholeReader(byte[] key) {
        readers = new PromptReaders(key);
    }

    void read(BodyView.Chat chat, PromptFeatures into) {
        readers.texts().read(readers.prompts().read(chat, into), into);
    }

    void skim(BodyView.Chat chat, PromptFeatures into) {
        readers.prompts().skim(chat, into);
    }
}
