package dev.stillgate.proxy.account;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Position;
import dev.stillgate.proxy.config.Problem;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;

/**
 * Complete parser of {@code accounts.yaml} on YAML events, with the position of every problem. Parsing continues after
 * an invalid value and stops at a structural error.
 */
final class AccountEvents {
    private static final int MAX_PROBLEMS = 100;
    private static final Pattern NULL = Pattern.compile("~|null|Null|NULL|");
    private static final String KNOWN =
            " (known: id, keys, organisation, tier, region, verified, created, decoy, facts, models, networks, until,"
                    + " disabled)";

    private final Path file;
    private final Iterator<Event> events;
    private final AccountEntries entries;
    private final List<Problem> problems;
    private final BiConsumer<String, Position> tiers;

    /**
     * Creates the parser of one file.
     *
     * @param problems receives the problems
     * @param tiers receives the tier of each account with its position
     */
    AccountEvents(
            Path file,
            Iterator<Event> events,
            AccountEntries entries,
            List<Problem> problems,
            BiConsumer<String, Position> tiers) {
        this.file = file;
        this.events = events;
        this.entries = entries;
        this.problems = problems;
        this.tiers = tiers;
    }

    void document() throws ConfigException {
        events.next(); // the stream's start
        if (!(events.next() instanceof DocumentStartEvent)) {
            throw new ConfigException(Position.of(file), "is empty");
        }
        Event root = next();
        if (!(root instanceof MappingStartEvent)) {
            throw structure(root, "expected the key \"accounts\"");
        }
        Event key = next();
        if (!(key instanceof ScalarEvent name) || !name.getValue().equals("accounts")) {
            throw structure(key, "expected the key \"accounts\"");
        }
        list();
        Event end = next();
        if (end.getEventId() != Event.ID.MappingEnd) {
            throw structure(end, "expected no key but \"accounts\"");
        }
        events.next(); // the document's end
        Event last = events.next();
        if (last instanceof DocumentStartEvent) {
            throw structure(last, "a second document starts here: expected one in a file");
        }
    }

    private void list() throws ConfigException {
        Event start = next();
        if (isNull(start)) {
            return;
        }
        if (!(start instanceof SequenceStartEvent)) {
            throw structure(start, "expected a list of accounts");
        }
        for (Event event = next(); event.getEventId() != Event.ID.SequenceEnd; event = next()) {
            if (!(event instanceof MappingStartEvent)) {
                throw structure(event, "expected an account such as {id: a-17, keys: [\"h1:…\"]}");
            }
            entry(event);
        }
    }

    private void entry(Event start) throws ConfigException {
        entries.begin();
        int before = problems.size();
        Set<String> seen = new HashSet<>();
        for (Event event = next(); event.getEventId() != Event.ID.MappingEnd; event = next()) {
            if (!(event instanceof ScalarEvent key)) {
                throw structure(event, "expected a key" + KNOWN);
            }
            if (!seen.add(key.getValue())) {
                problem(event, "duplicate key \"" + key.getValue() + "\"");
            }
            field(key);
        }
        if (problems.size() == before && !seen.contains("id")) {
            problem(start, "the key \"id\" is missing");
        }
        if (problems.size() == before) {
            accept(start, ignored -> entries.end(), "");
        }
    }

    private void field(ScalarEvent key) throws ConfigException {
        switch (key.getValue()) {
            case "id" -> scalar(entries::id, true);
            case "keys" -> texts("hashes", entries::key, 0);
            case "organisation" -> scalar(entries::organisation, false);
            case "tier" -> tier();
            case "region" -> scalar(entries::region, false);
            case "verified" -> scalar(entries::verified, false);
            case "decoy" -> scalar(entries::decoy, false);
            case "created" -> scalar(entries::created, false);
            case "facts" -> facts();
            case "models" -> texts("models", entries::model, 1);
            case "networks" -> texts("networks", entries::network, 1);
            case "until" -> scalar(entries::until, false);
            case "disabled" -> scalar(entries::disabled, false);
            default -> throw structure(key, "unknown key \"" + key.getValue() + "\"" + KNOWN);
        }
    }

    private void tier() throws ConfigException {
        Event event = next();
        take(event, entries::tier, false);
        if (event instanceof ScalarEvent scalar && !isNull(event)) {
            tiers.accept(scalar.getValue(), at(event));
        }
    }

    private void texts(String what, Consumer<String> each, int least) throws ConfigException {
        Event start = next();
        if (!(start instanceof SequenceStartEvent)) {
            throw structure(start, "expected a list of " + what);
        }
        int count = 0;
        for (Event event = next(); event.getEventId() != Event.ID.SequenceEnd; event = next()) {
            take(event, each, true);
            count++;
        }
        if (count < least) {
            problem(start, "expected at least one of the " + what + "; `disabled: true` refuses all requests");
        }
    }

    private void facts() throws ConfigException {
        Event start = next();
        if (isNull(start)) {
            return;
        }
        if (!(start instanceof MappingStartEvent)) {
            throw structure(start, "expected facts such as {payment: \"h:…\"}, from `stillgate hash-fact payment`");
        }
        for (Event event = next(); event.getEventId() != Event.ID.MappingEnd; event = next()) {
            if (!(event instanceof ScalarEvent name)) {
                throw structure(event, "expected the name of a fact");
            }
            take(next(), value -> entries.fact(name.getValue(), value), false);
        }
    }

    private void scalar(Consumer<String> field, boolean required) throws ConfigException {
        take(next(), field, required);
    }

    private void take(Event event, Consumer<String> field, boolean required) throws ConfigException {
        if (!(event instanceof ScalarEvent scalar)) {
            throw structure(event, "expected a text");
        }
        if (!isNull(event)) {
            accept(event, field, scalar.getValue());
        } else if (required) {
            problem(event, "expected a text, found nothing");
        }
    }

    private void accept(Event event, Consumer<String> field, String value) throws ConfigException {
        try {
            field.accept(value);
        } catch (IllegalArgumentException e) {
            problem(event, String.valueOf(e.getMessage()));
        }
    }

    private Event next() throws ConfigException {
        Event event = events.next();
        if (event instanceof AliasEvent) {
            throw structure(event, "an alias is not allowed: write the value out");
        }
        if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            throw structure(event, "an anchor is not allowed");
        }
        Optional<String> tag = switch (event) {
            case ScalarEvent scalar -> scalar.getTag();
            case CollectionStartEvent collection -> collection.getTag();
            default -> Optional.empty();
        };
        if (tag.isPresent()) {
            throw structure(event, "a tag is not allowed");
        }
        return event;
    }

    private static boolean isNull(Event event) {
        return event instanceof ScalarEvent scalar
                && scalar.isPlain()
                && NULL.matcher(scalar.getValue()).matches();
    }

    private void problem(Event event, String message) throws ConfigException {
        problems.add(new Problem(at(event), message));
        if (problems.size() >= MAX_PROBLEMS) {
            throw structure(event, "more than " + MAX_PROBLEMS + " problems: reading stopped here");
        }
    }

    /** Returns an exception that stops parsing, with this problem and all earlier ones. */
    private ConfigException structure(Event event, String message) {
        problems.add(new Problem(at(event), message));
        return new ConfigException(problems);
    }

    private Position at(Event event) {
        Mark mark = event.getStartMark().orElse(null);
        return mark == null ? Position.of(file) : new Position(file, mark.getLine() + 1, mark.getColumn() + 1);
    }
}
