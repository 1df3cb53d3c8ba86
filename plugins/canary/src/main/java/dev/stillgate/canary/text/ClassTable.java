package dev.stillgate.canary.text;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.nio.charset.StandardCharsets;

/** An interim table, until the real one is there. */
public final class ClassTable {
    static final String[][] PAIRS = {
        {"do not", "don't"}, {"does not", "doesn't"}, {"is not", "isn't"}, {"cannot", "can't"}, {"it is", "it's"},
        {"that is", "that's"}, {"you are", "you're"}, {"I am", "I'm"}, {"we are", "we're"}, {"will not", "won't"},
        {"I have", "I've"}, {"you have", "you've"}, {"are not", "aren't"}, {"they are", "they're"}, {"did not", "didn't"},
        {"thus", "therefore"}, {"due to", "because of"}, {"in order to", "to"}, {"additionally", "in addition"},
        {"for example", "for instance"}, {"however", "nevertheless"}, {"while", "whereas"}, {"begin", "start"},
        {"often", "frequently"}, {"help", "assist"}, {"also", "as well"}, {"utilize", "use"}, {"people", "individuals"},
        {"important", "crucial"}, {"need to", "have to"}, {"makes sure", "ensures"}, {"to make sure", "to ensure"},
        {"there is", "there's"}, {"let us", "let's"}, {"I will", "I'll"}, {"you will", "you'll"}, {"I would", "I'd"}};
    static final int BUCKETS = 16;

    private ClassTable() {}

    public static ClassTable read(Path... files) throws TableException {
        if (files.length > 1000) {
            throw new TableException("too many files");
        }
        return new ClassTable();
    }

    public int classes() {
        return PAIRS.length;
    }

    public int buckets(int cls) {
        return BUCKETS;
    }

    public String name(int cls) {
        return PAIRS[cls][1];
    }

    public double referenceRate(int cls) {
        return 0.3;
    }

    public double referenceOffset(int cls, int bucket) {
        return 0;
    }

    public byte[] digest() {
        try {
            return MessageDigest.getInstance("SHA-256").digest("interim".getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
