//! `_socket`: sockets and the resolver. Here: the module.
//!
//! `object.rs` is the socket object; `transfer.rs` and `message.rs` move data, `options.rs` sets options; `address.rs`,
//! `address_linux.rs` and `bluetooth.rs` are addresses; `resolve.rs` asks for names, `names.rs` has the small functions, `consts.rs` the
//! numbers. Not here: the module `socket` (Lib), encryption.

mod address;
mod address_linux;
mod bluetooth;
mod consts;
mod message;
mod names;
mod object;
mod options;
mod resolve;
mod transfer;

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Ref, Vm};

use crate::support::{set, set_int, set_str};

/// Error classes and the timeout of new sockets (nanoseconds, negative for none).
struct State { gaierror: Option<TypeRef>, herror: Option<TypeRef>, timeout: i64 }
impl Default for State {
    fn default() -> State { State { gaierror: None, herror: None, timeout: -1 } }
}

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    for (name, n) in consts::CONSTANTS { set_int(vm, ns, name, *n)? }
    set_str(vm, ns, "BDADDR_ANY", "00:00:00:00:00:00")?;
    set_str(vm, ns, "BDADDR_LOCAL", "00:00:00:FF:FF:FF")?;
    let (yes, error, timeout) = (vm.bool(true), vm.types.os_error.obj().clone(), vm.types.timeout_error.obj().clone());
    set(vm, ns, "has_ipv6", &yes)?;
    set(vm, ns, "error", &error)?;
    set(vm, ns, "timeout", &timeout)?;
    let gaierror = vm.new_class("socket", "gaierror", std::slice::from_ref(&error), None)?;
    let herror = vm.new_class("socket", "herror", &[error], None)?;
    set(vm, ns, "gaierror", gaierror.obj())?;
    set(vm, ns, "herror", herror.obj())?;
    let state = vm.state::<State>();
    (state.gaierror, state.herror) = (Some(gaierror), Some(herror));
    let ty = object::make_type(vm)?;
    set(vm, ns, "socket", ty.obj())?;
    set(vm, ns, "SocketType", ty.obj())
}

const ANY: usize = usize::MAX;

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "_socket",
    doc: "Implementation module for socket operations.\n\nSee the socket module for documentation.",
    functions: &[
        Def::new("gethostbyname", "", Native::Var(resolve::gethostbyname, 0, ANY)).doc("gethostbyname(host) -> address\n\nReturn the IP address (a string of the form '255.255.255.255') for a host."),
        Def::new("gethostbyname_ex", "", Native::Var(resolve::gethostbyname_ex, 0, ANY)).doc("gethostbyname_ex(host) -> (name, aliaslist, addresslist)\n\nReturn the true host name, a list of aliases, and a list of IP addresses, for a host."),
        Def::new("gethostbyaddr", "", Native::Var(resolve::gethostbyaddr, 0, ANY)).doc("gethostbyaddr(host) -> (name, aliaslist, addresslist)\n\nReturn the true host name, a list of aliases, and a list of IP addresses, for a host name or address."),
        Def::new("gethostname", "($self, /)", Native::N0(names::gethostname)).doc("gethostname() -> string\n\nReturn the current host name."),
        Def::new("sethostname", "", Native::Var(names::sethostname, 0, ANY)).doc("sethostname(name)\n\nSets the hostname to name."),
        Def::new("getservbyname", "", Native::Var(resolve::getservbyname, 0, ANY)).doc("getservbyname(servicename[, protocolname]) -> integer\n\nReturn a port number from a service name and protocol name."),
        Def::new("getservbyport", "", Native::Var(resolve::getservbyport, 0, ANY)).doc("getservbyport(port[, protocolname]) -> string\n\nReturn the service name from a port number and protocol name."),
        Def::new("getprotobyname", "", Native::Var(resolve::getprotobyname, 0, ANY)).doc("getprotobyname(name) -> integer\n\nReturn the protocol number for the named protocol."),
        Def::new("close", "($self, object, /)", Native::N1(names::close)).doc("close(integer) -> None\n\nClose an integer socket file descriptor."),
        Def::new("dup", "($self, object, /)", Native::N1(names::dup)).doc("dup(integer) -> integer\n\nDuplicate an integer socket file descriptor."),
        Def::new("socketpair", "", Native::Var(names::socketpair, 0, ANY)).doc("socketpair([family[, type [, proto]]]) -> (socket object, socket object)\n\nCreate a pair of connected socket objects."),
        Def::new("ntohs", "($module, integer, /)", Native::N1(names::swap16)).doc("Convert a 16-bit unsigned integer from network to host byte order."),
        Def::new("ntohl", "($module, integer, /)", Native::N1(names::swap32)).doc("Convert a 32-bit unsigned integer from network to host byte order."),
        Def::new("htons", "($module, integer, /)", Native::N1(names::swap16)).doc("Convert a 16-bit unsigned integer from host to network byte order."),
        Def::new("htonl", "($module, integer, /)", Native::N1(names::swap32)).doc("Convert a 32-bit unsigned integer from host to network byte order."),
        Def::new("inet_aton", "($module, ip_addr, /)", Native::N1(names::inet_aton)).doc("Convert an IP address in string format (123.45.67.89) to the 32-bit packed binary format used in low-level network functions."),
        Def::new("inet_ntoa", "($module, packed_ip, /)", Native::N1(names::inet_ntoa)).doc("Convert an IP address from 32-bit packed binary format to string format."),
        Def::new("inet_pton", "", Native::Var(names::inet_pton, 0, ANY)).doc("inet_pton(af, ip) -> packed IP address string"),
        Def::new("inet_ntop", "", Native::Var(names::inet_ntop, 0, ANY)).doc("inet_ntop(af, packed_ip) -> string formatted IP address"),
        Def::new("getaddrinfo", "($module, /, host, port, family=0, type=0, proto=0, flags=0)", Native::Bound(resolve::getaddrinfo)).doc("getaddrinfo(host, port [, family, type, proto, flags])\n    -> list of (family, type, proto, canonname, sockaddr)\n\nResolve host and port into addrinfo struct."),
        Def::new("getnameinfo", "", Native::Var(resolve::getnameinfo, 0, ANY)).doc("getnameinfo(sockaddr, flags) --> (host, port)\n\nGet host and port for a sockaddr."),
        Def::new("getdefaulttimeout", "($self, /)", Native::N0(names::getdefaulttimeout)).doc("getdefaulttimeout() -> timeout\n\nReturns the default timeout in seconds (float) for new socket objects; None if there is none."),
        Def::new("setdefaulttimeout", "($self, object, /)", Native::N1(names::setdefaulttimeout)).doc("setdefaulttimeout(timeout)\n\nSet the default timeout in seconds (float) for new socket objects."),
        Def::new("if_nameindex", "($self, /)", Native::N0(names::if_nameindex)).doc("if_nameindex()\n\nReturns a list of network interface information (index, name) tuples."),
        Def::new("if_nametoindex", "($module, oname, /)", Native::N1(names::if_nametoindex)).doc("Returns the interface index corresponding to the interface name if_name."),
        Def::new("if_indextoname", "($module, if_index, /)", Native::N1(names::if_indextoname)).doc("Returns the interface name corresponding to the interface index if_index."),
        Def::new("CMSG_LEN", "", Native::Var(message::length, 0, ANY)).doc("CMSG_LEN(length) -> control message length\n\nReturn the length of an ancillary data item without the padding at its end."),
        Def::new("CMSG_SPACE", "", Native::Var(message::space, 0, ANY)).doc("CMSG_SPACE(length) -> buffer size\n\nReturn the room that an ancillary data item needs, padding included."),
    ],
    exec,
};
