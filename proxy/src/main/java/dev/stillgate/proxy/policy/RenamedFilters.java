package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Policy;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Warnings of filters with a new name. A filter's state, such as standings and buckets, belongs to its name. */
public final class RenamedFilters {
    private RenamedFilters() {}

    /**
     * Returns a warning for each filter that is new while another one of its type is gone.
     *
     * @param hasState whether a filter's name may have state
     */
    static List<Problem> between(Policy before, PolicyLoader.Loaded after, Predicate<String> hasState) {
        Set<String> names = names(after.policy().filters());
        Set<String> former = names(before.filters());
        List<Problem> warnings = new ArrayList<>();
        List<Policy.FilterEntry> filters = after.policy().filters();
        for (int i = 0; i < filters.size(); i++) {
            Policy.FilterEntry filter = filters.get(i);
            Set<String> gone = names(before.filters().stream()
                    .filter(other -> other.type().equals(filter.type()) && !names.contains(other.name()))
                    .filter(other -> hasState.test(other.name()))
                    .toList());
            if (!former.contains(filter.name()) && !gone.isEmpty()) {
                warnings.add(new Problem(
                        after.root().below("filters[" + i + "].name").at(),
                        "the filter " + filter.name() + " starts without the state of " + String.join(", ", gone)
                                + ", such as standings and buckets, which belongs to that name"));
            }
        }
        return warnings;
    }

    private static Set<String> names(List<Policy.FilterEntry> filters) {
        return filters.stream().map(Policy.FilterEntry::name).collect(Collectors.toSet());
    }

    /** Returns the warnings of a policy after the latest one in an archive; none if that cannot be read. */
    public static List<Problem> since(PolicyArchive archive, PolicyLoader loader, PolicyLoader.Loaded after) {
        try {
            String text = archive.latest();
            return text == null
                    ? List.of()
                    : between(loader.policy(after.file(), text).policy(), after, archive::hasState);
        } catch (IOException | ConfigException unknown) {
            return List.of();
        }
    }
}
