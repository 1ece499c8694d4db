#include "plan/bind_domain.h"

#include <algorithm>
#include <functional>

#include "core/error.h"

namespace axon {

namespace {

/// A window larger than this is a loop like any other.
constexpr int64_t kMaxWindow = 16;

bool names_dim(const Form& term, const std::string& name) {
  if (is_name(term, name)) return true;
  return is_product(term) && std::any_of(term.items.begin() + 1, term.items.end(),
                                         [&](const Form& f) { return is_name(f, name); });
}

/// True iff loads that extend along axis `name` have it as the last of their index, not `other`.
bool runs_along(const std::string& name, const std::string& other, const Form& expr) {
  bool found = false;
  bool refused = false;
  const std::function<void(const Form&)> visit = [&](const Form& form) {
    if (form.is("load")) {
      const std::vector<Form>& index = form.items.at(2).items;
      const auto extends = [&](const Form& term) { return is_name(term, name); };
      if (std::none_of(index.begin(), index.end(), extends)) return;
      found = found || is_name(index.back(), name);
      refused = refused || is_name(index.back(), other);
      return;
    }
    for (const Form& item : form.items) visit(item);
  };
  visit(expr);
  return found && !refused;
}

bool is_group_term(const Form& term) {
  return is_name(term, "*") || term.is("sel") || term.is("rest") || term.is("keep") ||
         term.is("sub") || term.is("perm") || term.is("own");
}

}  // namespace

bool Domain::contains(const std::vector<Item>& items, const Item& item) {
  return std::any_of(items.begin(), items.end(), [&](const Item& other) {
    if (other.kind != item.kind) return false;
    return item.kind == Kind::named ? other.name == item.name : other.axis == item.axis;
  });
}

void Domain::collect(const std::vector<Form>& terms, bool reduced, std::vector<Item>& out) const {
  for (const TermAxis& axis : terms_.expand(terms)) collect(axis, reduced, out);
}

void Domain::collect(const TermAxis& axis, bool reduced, std::vector<Item>& out) const {
  if (axis.kind == TermAxis::Kind::group || axis.kind == TermAxis::Kind::shape) {
    const Kind kind = axis.kind == TermAxis::Kind::group ? Kind::group : Kind::shape;
    Item item{kind, axis.axis, "", terms_.extent(axis), reduced};
    if (!contains(out, item)) out.push_back(std::move(item));
  } else if (axis.form != nullptr) {
    collect(*axis.form, axis.axis, reduced, out);
  }
}

/// The axes of an integer expression of a store.
void Domain::collect(const Form& expr, int replaces, bool reduced, std::vector<Item>& out) const {
  if (expr.kind == Form::Kind::name) {
    const auto named = terms_.axes().named.find(expr.text);
    if (named == terms_.axes().named.end()) return;
    Item item{Kind::named, replaces, expr.text, named->second, reduced};
    if (!contains(out, item)) out.push_back(std::move(item));
    return;
  }
  if (expr.kind != Form::Kind::list || expr.items.empty() || expr.is("count")) return;
  if (expr.is("linear")) {
    for (const TermAxis& axis : terms_.expand_arguments(expr)) collect(axis, reduced, out);
  } else if (expr.is("at")) {
    for (int64_t axis : terms_.selected(expr.items.at(1).text)) {
      collect({TermAxis::Kind::group, static_cast<int>(axis)}, reduced, out);
    }
  } else {
    for (const Form& item : expr.items) collect(item, -1, reduced, out);
  }
}

/// Where reduced axes of the group come among stored named axes: where an input's dims put them.
size_t Domain::group_place(const std::vector<Item>& stored) const {
  for (const InputDecl& input : program_.inputs) {
    const auto group = std::find_if(input.dims.begin(), input.dims.end(), is_group_term);
    if (group == input.dims.end()) continue;
    size_t place = 0;
    bool names_any = false;
    for (size_t i = 0; i < stored.size(); ++i) {
      for (auto dim = input.dims.begin(); dim != input.dims.end(); ++dim) {
        if (!names_dim(*dim, stored[i].name)) continue;
        names_any = true;
        if (dim < group) place = i + 1;
      }
    }
    if (names_any) return place;
  }
  return 0;
}

void Domain::of_store(const std::vector<Form>& stored, const std::vector<Form>& reduced,
                      const Form& expr) {
  std::vector<Item> outer;
  collect(stored, false, outer);
  if (reduced.empty()) {
    items_ = std::move(outer);  // no order to keep: that of the store is the cheapest
    finish();
    return;
  }
  std::vector<Item> inner;
  collect(reduced, true, inner);
  for (const Item& item : inner) {
    if (contains(outer, item)) {
      throw ValueError(prefix_of(program_) + "an axis is both stored and reduced");
    }
  }
  std::vector<Item> on_group_items;
  std::vector<Item> sequence;
  size_t place = 0;
  bool placed = false;
  for (Item& item : outer) {
    if (!on_group(item)) {
      sequence.push_back(std::move(item));
      continue;
    }
    if (!placed) place = sequence.size();
    placed = true;
    on_group_items.push_back(std::move(item));
  }
  if (!placed) place = group_place(sequence);
  std::vector<Item> named;
  for (Item& item : inner) {
    (on_group(item) ? on_group_items : named).push_back(std::move(item));
  }
  std::stable_sort(on_group_items.begin(), on_group_items.end(),
                   [](const Item& a, const Item& b) { return a.axis < b.axis; });
  sequence.insert(sequence.begin() + place, on_group_items.begin(), on_group_items.end());
  const auto last = std::find_if(sequence.rbegin(), sequence.rend(),
                                 [](const Item& item) { return !item.reduced; });
  const bool behind = last == sequence.rend() ||
                      (!named.empty() && runs_along(named.back().name, last->name, expr));
  const auto before = behind ? sequence.end() : last.base() - 1;
  sequence.insert(before, named.begin(), named.end());
  items_ = std::move(sequence);
  finish();
}

void Domain::of_points(const std::vector<Form>& terms) {
  std::vector<Item> items;
  collect(terms, false, items);
  std::vector<Item> group;
  for (const Item& item : items) {
    if (on_group(item)) group.push_back(item);
  }
  std::stable_sort(group.begin(), group.end(),
                   [](const Item& a, const Item& b) { return a.axis < b.axis; });
  size_t next = 0;
  for (Item& item : items) {
    if (on_group(item)) item = group[next++];
  }
  items_ = std::move(items);
  finish();
}

void Domain::finish() {
  for (Item& item : items_) {
    if (item.extent == 1) continue;
    item.place = static_cast<int>(axes_.size());
    item.coordinate = Affine::axis(item.place);
    axes_.push_back({item.extent, item.reduced, false});
  }
}

bool Domain::has_reduced() const {
  return std::any_of(axes_.begin(), axes_.end(), [](const Axis& axis) { return axis.reduced; });
}

const Domain::Item* Domain::find(Kind kind, int axis) const {
  for (const Item& item : items_) {
    if (item.kind == kind && item.axis == axis) return &item;
  }
  return nullptr;
}

Affine Domain::group(int axis) const {
  if (const Item* item = find(Kind::group, axis)) return item->coordinate;
  if (terms_.axes().group[axis] == 1) return Affine();
  throw ValueError(prefix_of(program_) + "axis " + std::to_string(axis) +
                   " of the group is not in the statement's domain");
}

Affine Domain::shape(int axis) const {
  if (const Item* item = find(Kind::shape, axis)) return item->coordinate;
  if (terms_.axes().shape[axis] == 1) return Affine();
  throw ValueError(prefix_of(program_) + "axis " + std::to_string(axis) +
                   " of the shape is not in the statement's domain");
}

const Affine* Domain::named(const std::string& name) const {
  for (const Item& item : items_) {
    if (item.kind == Kind::named && item.name == name) return &item.coordinate;
  }
  return nullptr;
}

Affine Domain::at(const std::string& attr) const {
  const std::vector<int64_t> picked = terms_.selected(attr);
  if (picked.size() != 1) {
    throw ValueError(prefix_of(program_) + "(at " + attr + ") needs exactly one axis");
  }
  const int axis = static_cast<int>(picked[0]);
  if (find(Kind::group, axis) == nullptr) {
    if (const Item* item = find(Kind::named, axis)) return item->coordinate;
  }
  return group(axis);
}

void Domain::note_compound(const Affine& index) {
  if (index.terms.size() < 2) return;
  std::vector<Item*> slide;
  int64_t smallest = kMaxWindow;
  for (Item& item : items_) {
    const bool declared = item.kind == Kind::named && item.axis < 0 && is_window(item.name);
    if (item.place < 0 || index.coef_of(item.place) == 0 || !declared) continue;
    slide.push_back(&item);
    smallest = std::min(smallest, item.extent);
  }
  for (Item* item : slide) item->window = item->window || item->extent == smallest;
}

/// True iff the extent of this axis is an attribute or a dim of an input, not computed.
bool Domain::is_window(const std::string& name) const {
  for (const auto& [computed, form] : program_.where) {
    if (computed == name) return form.kind == Form::Kind::name;
  }
  return true;
}

void Domain::mark_windows() {
  for (const Item& item : items_) {
    if (item.window) axes_[item.place].baked = true;
  }
}

}  // namespace axon
