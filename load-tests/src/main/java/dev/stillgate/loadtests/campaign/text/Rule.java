package dev.stillgate.loadtests.campaign.text;

import java.util.Arrays;
import java.util.List;

/** A symbol of a grammar with its alternatives. */
final class Rule {
    private Part[][] ways = {};

    /** A part of an alternative: a constant or a reference. */
    interface Part {
        void write(TextScope scope, StringBuilder out);
    }

    void add(List<Part> way) {
        Part[][] more = Arrays.copyOf(ways, ways.length + 1);
        more[ways.length] = way.toArray(Part[]::new);
        ways = more;
    }

    boolean isEmpty() {
        return ways.length == 0;
    }

    void write(TextScope scope, StringBuilder out) {
        write(scope.dice().below(ways.length), scope, out);
    }

    void write(int way, TextScope scope, StringBuilder out) {
        for (Part part : ways[way % ways.length]) {
            part.write(scope, out);
        }
    }
}
