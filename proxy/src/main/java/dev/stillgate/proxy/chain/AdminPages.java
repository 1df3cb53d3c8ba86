package dev.stillgate.proxy.chain;

import dev.stillgate.spi.AdminView;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the filters of one policy show on admin pages. It belongs to its chain, so that a page never shows what a retired
 * filter knows.
 */
public final class AdminPages {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private final Map<String, Map<String, AdminView>> pages = new HashMap<>();

    AdminPages() {}

    /** Adds a filter's part of a page, in the place of the one it had. */
    synchronized void add(String page, String filter, AdminView view) {
        if (!NAME.matcher(page).matches()) {
            throw new IllegalArgumentException(
                    "the admin page " + page + ": expected lower-case letters, digits and -, such as accounts");
        }
        pages.computeIfAbsent(page, absent -> new LinkedHashMap<>()).put(filter, view);
    }

    /** Returns the parts of a page by filter, in the order of the list; empty when no filter has the page. */
    public synchronized Map<String, AdminView> parts(String page) {
        return new LinkedHashMap<>(pages.getOrDefault(page, Map.of()));
    }
}
