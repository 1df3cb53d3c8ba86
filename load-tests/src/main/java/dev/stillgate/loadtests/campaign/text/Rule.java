package dev.stillgate.loadtests.campaign.text;

import java.util.Arrays;
import java.util.List;

/** One symbol of a grammar: the ways in which it can be written. */
final class Rule {
    private Part[][] ways = {};

    /** A piece of a way: a constant, or something that is written anew each time. */
    interface Part {
        void write(Scope scope, StringBuilder out);
    }

    void add(List<Part> way) {
        Part[][] more = Arrays.copyOf(ways, ways.length + 1);
        more[ways.length] = way.toArray(Part[]::new);
        ways = more;
    }

    boolean isEmpty() {
        return ways.length == 0;
    }

    void write(Scope scope, StringBuilder out) {
        write(scope.dice().below(ways.length), scope, out);
    }

    void write(int way, Scope scope, StringBuilder out) {
        for (Part part : ways[way % ways.length]) {
            part.write(scope, out);
        }
    }
}
